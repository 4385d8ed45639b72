import { GatewayError } from '../../base/errors.ts';
import type { KeyFinding } from './key-ring.ts';

const ASK = 'Ask whoever runs this gateway for another one.';

const explain = (finding: Exclude<KeyFinding, { kind: 'active' | 'unreadable' }>, where: string): string => {
  switch (finding.kind) {
    case 'mistyped':
      return `the key in ${where} is not complete, or was mistyped: its checksum does not match. Copy it again, from sk_gom_ to its end.`;
    case 'unknown':
      return `the key in ${where} is not one of this gateway: it was made elsewhere, or has been replaced since. ${ASK}`;
    case 'expired':
      return `the key ${finding.key.id} (${finding.key.name}) in ${where} expired on ${finding.key.expiresAt}. ${ASK}`;
    case 'revoked':
      return `the key ${finding.key.id} (${finding.key.name}) in ${where} was revoked. ${ASK}`;
  }
};

/**
 * Why a managed key does not let its client in.
 * @param where the header field that it came in
 * @param options of the refusal, such as another status
 */
export const refusalOfKey = (
  finding: Exclude<KeyFinding, { kind: 'active' }>,
  where: string,
  options: { readonly status?: number },
): GatewayError => {
  if (finding.kind !== 'unreadable')
    return new GatewayError('invalid_api_key', explain(finding, where), options);
  return new GatewayError(
    'keys_unreadable',
    'the gateway cannot read its list of keys, so no managed key is accepted. Whoever runs it can find out why with `npx gomodel-ts keys list`.',
    { cause: finding.error },
  );
};
