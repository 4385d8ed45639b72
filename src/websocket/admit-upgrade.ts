import type { IncomingMessage } from 'node:http';
import { checkCredential } from '../forward/route/check-credential.ts';
import type { Admit } from '../guard/admit.ts';
import { asSignedIn } from '../guard/caller.ts';
import { headOf } from '../guard/request-head.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import type { AdmittedUpgrade } from './session.ts';

export interface AdmitUpgradeDeps {
  readonly admit: Admit;
  readonly chooseUpstream: ChooseUpstream;
  /** True where the model of each request decides who needs a key. */
  readonly hasOtherProviders: boolean;
}

/**
 * Lets an upgrade in through the same gate as a request over HTTP.
 * @throws GatewayError with what HTTP would answer, or websocket_not_supported
 */
export const admitUpgrade = async (
  request: IncomingMessage,
  deps: AdmitUpgradeDeps,
): Promise<AdmittedUpgrade> => {
  const { method = '', url = '', headers, rawHeaders } = request;
  const verdict = await deps.admit(headOf(request, 'model', 'websocket'));
  if (verdict.kind === 'refused') throw verdict.error;
  const { route, caller } = verdict.admission;
  const upstream = deps.chooseUpstream(headers);
  if (!deps.hasOtherProviders) checkCredential(upstream);
  const named = upstream.credential?.kind === 'client' ? asSignedIn(caller) : caller;
  return { method, url, path: route.path, headers, rawHeaders, upstream, caller: named };
};
