import type { IncomingMessage } from 'node:http';
import { checkCredential } from '../forward/route/check-credential.ts';
import type { ChooseDestination, Placing } from '../forward/route/choose-destination.ts';
import type { Admit } from '../guard/admit.ts';
import { asSignedIn, type Caller } from '../guard/caller.ts';
import type { AllowanceOf } from '../guard/policies/create-allowances.ts';
import { headOf } from '../guard/request-head.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import { asksForRealtime, directRealtime } from './realtime/direct-realtime.ts';
import type { AdmittedUpgrade } from './session.ts';
import { moveProtocolKey } from './subprotocols.ts';

export interface AdmitUpgradeDeps {
  readonly admit: Admit;
  readonly chooseUpstream: ChooseUpstream;
  readonly chooseDestination: ChooseDestination;
  readonly placing: Placing;
  readonly allowanceOf: AllowanceOf;
  /** True where the model of each request decides who needs a key. */
  readonly hasOtherProviders: () => boolean;
}

/** `caller`: whom the record of a refusal names. */
type UpgradeDecision = { readonly caller: Caller | undefined } & (
  | { readonly kind: 'admitted'; readonly upgrade: AdmittedUpgrade }
  | { readonly kind: 'refused'; readonly error: unknown }
);

/** @throws GatewayError provider_not_configured, invalid_request */
const directUpgrade = async (upgrade: AdmittedUpgrade, deps: AdmitUpgradeDeps): Promise<AdmittedUpgrade> => {
  if (asksForRealtime(upgrade.path)) return directRealtime(upgrade, deps);
  const { upstream, caller } = upgrade;
  if (!deps.hasOtherProviders()) checkCredential(upstream);
  return upstream.credential?.kind === 'client' ? { ...upgrade, caller: asSignedIn(caller) } : upgrade;
};

/**
 * Lets an upgrade in through the same gate as a request over HTTP, or refuses it with what HTTP would answer or
 * with websocket_not_supported. Never rejects.
 */
export const admitUpgrade = async (
  request: IncomingMessage,
  deps: AdmitUpgradeDeps,
): Promise<UpgradeDecision> => {
  const { method = '', url = '', headers, rawHeaders } = request;
  moveProtocolKey(headers);
  const verdict = await deps.admit(headOf(request, 'model', 'websocket'));
  if (verdict.kind === 'refused') return verdict;
  const { route, caller } = verdict.admission;
  try {
    const upstream = deps.chooseUpstream(headers);
    const asked = { method, url, path: route.path, headers, rawHeaders, upstream, caller };
    const upgrade = await directUpgrade(asked, deps);
    return { kind: 'admitted', caller: upgrade.caller, upgrade };
  } catch (error) {
    return { kind: 'refused', error, caller };
  }
};
