import { type ErrorCode, GatewayError } from '../../base/errors.ts';
import type { TokenFinding } from './token-port.ts';

/** Only what was never a token of this gateway counts as a wrong key. */
const CODES = {
  expired: 'sign_in_expired',
  revoked: 'sign_in_expired',
  invalid: 'invalid_api_key',
  no_group: 'not_permitted',
} as const satisfies Record<string, ErrorCode>;

const AGAIN =
  'Sign in again: `npx gomodel-ts login`, `codex login`, or `/login` in Claude Code, whichever you signed in with.';

const explain = (finding: Exclude<TokenFinding, { kind: 'active' }>, where: string): string => {
  switch (finding.kind) {
    case 'expired':
      return `the sign-in in ${where} has expired. ${AGAIN}`;
    case 'invalid':
      return `the token in ${where} was not issued by this gateway, or was changed since. ${AGAIN}`;
    case 'revoked':
      return `the sign-in in ${where} has ended. ${AGAIN}`;
    case 'no_group':
      return `${finding.name} is signed in, but none of their groups may use this gateway. Ask whoever runs it.`;
  }
};

/**
 * Why an access token does not let its client in.
 * @param where the header field that it came in
 */
export const refusalOfToken = (
  finding: Exclude<TokenFinding, { kind: 'active' }>,
  where: string,
  options: { readonly status?: number },
): GatewayError =>
  new GatewayError(CODES[finding.kind], explain(finding, where), finding.kind === 'no_group' ? {} : options);
