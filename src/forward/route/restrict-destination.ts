import type { MemberRange } from '../../json/scan-members.ts';
import { type Allowance, namesOf, notAllowed } from '../../providers/allowance.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { ChosenDestination, Destination } from './destination.ts';

/** Members by their names, where each says whether it is there more than once. */
export type NamedMembers = ReadonlyMap<string, Pick<MemberRange, 'isRepeated'>>;

/** A request as far as it says what it uses. */
export interface AskedUse {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** As the client wrote it; undefined if the request names none. */
  readonly model: string | undefined;
  /** Those of a JSON body, or of the query where that names the model. */
  readonly members: NamedMembers | undefined;
  readonly allowance: Allowance;
}

/** What ends or reads something, and asks no model anything. */
const USES_NO_MODEL = /^\/responses\/[^/?]+\/cancel\/?(?:\?|$)/;

/** Members by which some providers take further models, which would be asked as well, or another one. */
const MORE_MODELS = ['models', 'preset', 'deployment'];

/**
 * Finds a member by which a provider may be asked for another model than the one that was read here: some take
 * the first of repeated members, and those written in Go take a member in any case.
 */
const findOtherModel = (members: NamedMembers): string | undefined => {
  for (const [key, { isRepeated }] of members) {
    const name = key.toLowerCase();
    if (MORE_MODELS.includes(name)) return `"${name}"`;
    if (name === 'model' && (isRepeated || key !== 'model')) return 'more than one "model"';
  }
  return undefined;
};

/**
 * Refuses a request that does not say, where it can be read, which model it uses: in an upload, by a stored
 * prompt, by several names.
 * @throws GatewayError model_not_allowed
 */
const requireReadable = ({ method, path, model, members, allowance }: AskedUse): void => {
  if (!allowance.limitsModels) return;
  const other = members && findOtherModel(members);
  if (other !== undefined) throw notAllowed(`a request with ${other}`, allowance);
  if (model !== undefined || ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method)) return;
  if (!USES_NO_MODEL.test(path)) throw notAllowed('a request that names no model in its body', allowance);
};

const shown = (name: string): string => JSON.stringify(name.slice(0, 100));

/**
 * Leaves of a destination and its fallbacks what the caller may use, in their order.
 * @throws GatewayError model_not_allowed where nothing is left
 */
export const restrictDestination = (chosen: ChosenDestination, asked: AskedUse): ChosenDestination => {
  const { allowance, model } = asked;
  if (!allowance.isLimited) return chosen;
  requireReadable(asked);
  const isAllowed = (one: Destination): boolean =>
    model === undefined
      ? allowance.allowsProvider(one.upstream.name)
      : allowance.allows(one.upstream.name, namesOf(one.upstream.name, one.model, model));
  const { why, fallbacks, upstream, effort } = chosen;
  const all: readonly Destination[] = [{ upstream, model: chosen.model, effort }, ...fallbacks];
  const [first, ...rest] = all.filter(isAllowed);
  if (first) return { ...first, why, fallbacks: rest };
  throw notAllowed(
    model === undefined ? `the provider ${upstream.name}` : `the model ${shown(model)} of ${upstream.name}`,
    allowance,
  );
};

/** Google and Azure have the model in the path. */
const modelOfPath = (path: string): string | undefined => {
  const [, name] = /\/(?:models|deployments)\/([^/?:]+)/.exec(path) ?? [];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
};

/**
 * The same for a request in a provider's own API.
 * @throws GatewayError model_not_allowed
 */
export const restrictNative = (upstream: Upstream, given: AskedUse): void => {
  const { allowance } = given;
  if (!allowance.isLimited) return;
  const inPath = modelOfPath(given.path);
  requireReadable({ ...given, model: given.model ?? inPath });
  // Where both are said, one of them is what the provider reads.
  const named = [given.model, inPath].filter((name) => name !== undefined);
  if (!allowance.allowsProvider(upstream.name)) throw notAllowed(`the provider ${upstream.name}`, allowance);
  for (const name of named) {
    if (!allowance.allows(upstream.name, namesOf(upstream.name, name, undefined))) {
      throw notAllowed(`the model ${shown(name)} of ${upstream.name}`, allowance);
    }
  }
};
