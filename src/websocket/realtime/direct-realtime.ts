import { GatewayError } from '../../base/errors.ts';
import { checkCredential } from '../../forward/route/check-credential.ts';
import type { ChooseDestination } from '../../forward/route/choose-destination.ts';
import { asSignedIn } from '../../guard/caller.ts';
import type { AllowanceOf } from '../../guard/policies/create-allowances.ts';
import type { AdmittedUpgrade } from '../session.ts';

interface DirectDeps {
  readonly chooseDestination: ChooseDestination;
  readonly allowanceOf: AllowanceOf;
}

/** @param path below `/v1`, with the query */
export const asksForRealtime = (path: string): boolean => /^\/realtime\/?(?:\?|$)/.test(path);

/** Everything else in the query stays as the client wrote it. */
const withModel = (path: string, model: string): string =>
  path.replace(/([?&]model=)[^&]*/, (_whole, name: string) => `${name}${encodeURIComponent(model)}`);

/**
 * Directs a connection to Realtime by the model that its query names, as the body of a request over HTTP would.
 * @throws GatewayError model_not_allowed; invalid_request where that provider has no Realtime API; provider_not_configured
 */
export const directRealtime = (
  upgrade: AdmittedUpgrade,
  { chooseDestination, allowanceOf }: DirectDeps,
): AdmittedUpgrade => {
  const { method, path, headers, caller } = upgrade;
  const asked = new URLSearchParams(path.slice(path.indexOf('?') + 1)).get('model') ?? undefined;
  const { upstream, model, why } = chooseDestination({
    ...{ method, headers, path, model: asked },
    members: undefined,
    allowance: allowanceOf(caller),
  });
  if (!upstream.realtime) {
    throw new GatewayError(
      'invalid_request',
      `${upstream.name} has no Realtime API. Name a provider that has one before the model, as in ?model=openai/gpt-realtime.`,
      { param: 'model' },
    );
  }
  checkCredential(upstream);
  const named = model === undefined || model === asked ? path : withModel(path, model);
  return {
    ...upgrade,
    upstream,
    path: upstream.toPath?.(named, model) ?? named,
    caller: upstream.credential?.kind === 'client' ? asSignedIn(caller) : caller,
    realtime: { requestedModel: asked, model, route: asked === undefined ? undefined : why },
  };
};
