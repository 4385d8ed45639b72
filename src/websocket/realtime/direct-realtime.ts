import { GatewayError } from '../../base/errors.ts';
import { checkCredential } from '../../forward/route/check-credential.ts';
import type { ChooseDestination, Placing } from '../../forward/route/choose-destination.ts';
import type { NamedMembers } from '../../forward/route/restrict-destination.ts';
import { asSignedIn } from '../../guard/caller.ts';
import type { AllowanceOf } from '../../guard/policies/create-allowances.ts';
import { notAllowed } from '../../providers/allowance.ts';
import type { AdmittedUpgrade } from '../session.ts';

interface DirectDeps {
  readonly chooseDestination: ChooseDestination;
  readonly placing: Placing;
  readonly allowanceOf: AllowanceOf;
}

/** @param path below `/v1`, with the query */
export const asksForRealtime = (path: string): boolean => /^\/realtime\/?(?:\?|$)/.test(path);

/** Everything else in the query stays as the client wrote it. */
const withModel = (path: string, model: string): string =>
  path.replace(/([?&]model=)[^&]*/, (_whole, name: string) => `${name}${encodeURIComponent(model)}`);

const membersOf = (query: URLSearchParams): NamedMembers =>
  new Map([...query.keys()].map((name) => [name, query.getAll(name).length > 1 ? { isRepeated: true } : {}]));

/**
 * Directs a connection to Realtime by the model that its query names, as the body of a request over HTTP would.
 * @throws GatewayError model_not_allowed; invalid_request where that provider has no Realtime API; provider_not_configured
 */
export const directRealtime = async (
  upgrade: AdmittedUpgrade,
  { chooseDestination, placing, allowanceOf }: DirectDeps,
): Promise<AdmittedUpgrade> => {
  const { method, path, headers, caller } = upgrade;
  const query = new URLSearchParams(/\?(.*)/s.exec(path)?.[1] ?? '');
  const asked = query.get('model') ?? undefined;
  const allowance = allowanceOf(caller);
  if (asked === undefined && allowance.limitsModels) {
    throw notAllowed('a connection that names no model in its address', allowance);
  }
  await placing.prepare({ headers, model: asked });
  const { upstream, model, why } = chooseDestination({
    ...{ method, headers, path, model: asked },
    members: membersOf(query),
    allowance,
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
