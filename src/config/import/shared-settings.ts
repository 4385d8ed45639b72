import { isObject } from '../../base/json-object.ts';
import type { Path } from '../file/parse-yaml.ts';
import { parseTrustedProxies } from '../read-trusted-proxies.ts';
import { numberOf } from './scalars.ts';
import type { TakenTree } from './taken-tree.ts';

/** Addresses and networks of proxies, a list or one text; what cannot be trusted here is said and left out. */
export const trustedProxiesOf = (tree: TakenTree, path: Path): string | undefined => {
  const given = tree.take(...path);
  const text = (Array.isArray(given) ? given : [given ?? '']).map(String).join(', ').trim();
  if (text === '') return undefined;
  if (parseTrustedProxies(text) !== undefined) return text;
  tree.remark(
    path,
    'it is not a list of addresses and networks, or has everybody in it: name your proxies in TRUSTED_PROXIES',
  );
  return undefined;
};

/**
 * How often a request is tried again where only members of a list or of a section say so: here, one number holds for
 * all of them. Taken where they agree.
 * @param place of the number within each member
 */
export const sharedRetries = (
  tree: TakenTree,
  section: string,
  places: readonly Path[],
): number | undefined => {
  const members = tree.look(section);
  const keys = Array.isArray(members) ? [...members.keys()] : isObject(members) ? Object.keys(members) : [];
  const said = keys.flatMap((key) =>
    places.flatMap((place) => {
      const path: Path = [section, key, ...place];
      const retries = numberOf(tree.look(...path));
      return retries === undefined ? [] : [{ path, retries }];
    }),
  );
  const [first] = said;
  if (!first || said.some(({ retries }) => retries !== first.retries)) return undefined;
  for (const { path } of said) tree.take(...path);
  return first.retries;
};
