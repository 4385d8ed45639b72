import type { IncomingMessage } from 'node:http';
import { checkCredential } from '../forward/route/check-credential.ts';
import type { Admit } from '../guard/admit.ts';
import { asSignedIn, type Caller } from '../guard/caller.ts';
import { headOf } from '../guard/request-head.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import type { AdmittedUpgrade } from './session.ts';

export interface AdmitUpgradeDeps {
  readonly admit: Admit;
  readonly chooseUpstream: ChooseUpstream;
  /** True where the model of each request decides who needs a key. */
  readonly hasOtherProviders: boolean;
}

/** `caller`: whom the record of a refusal names; what was let in can still be refused by its upstream. */
type UpgradeDecision = { readonly caller: Caller | undefined } & (
  | { readonly kind: 'admitted'; readonly upgrade: AdmittedUpgrade }
  | { readonly kind: 'refused'; readonly error: unknown }
);

/**
 * Lets an upgrade in through the same gate as a request over HTTP, or refuses it with what HTTP would answer or
 * with websocket_not_supported. Never rejects.
 */
export const admitUpgrade = async (
  request: IncomingMessage,
  deps: AdmitUpgradeDeps,
): Promise<UpgradeDecision> => {
  const { method = '', url = '', headers, rawHeaders } = request;
  const verdict = await deps.admit(headOf(request, 'model', 'websocket'));
  if (verdict.kind === 'refused') return verdict;
  const { route, caller } = verdict.admission;
  const upstream = deps.chooseUpstream(headers);
  try {
    if (!deps.hasOtherProviders) checkCredential(upstream);
  } catch (error) {
    return { kind: 'refused', error, caller };
  }
  const named = upstream.credential?.kind === 'client' ? asSignedIn(caller) : caller;
  const upgrade = { method, url, path: route.path, headers, rawHeaders, upstream, caller: named };
  return { kind: 'admitted', caller: named, upgrade };
};
