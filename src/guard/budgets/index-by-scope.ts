import { type Scope, type Subject, scopeText } from './budget.ts';

/** Something that holds for a subject, and which of those that it counts apart this one is. */
export interface Match<Entry> {
  readonly entry: Entry;
  /** Empty where the scope counts all together. */
  readonly child: string;
}

/** Deeper paths are counted for the part above. */
const MAX_DEPTH = 32;

/**
 * Finds what holds for a request by its scopes, one look-up for each: the cost grows with the depth of the user
 * path and the number of labels, not with the number of entries.
 */
export const createScopeIndex = <Entry extends { readonly scope: Scope }>(
  entries: Iterable<Entry>,
): ((subject: Subject) => readonly Match<Entry>[]) => {
  const byScope = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = scopeText(entry.scope);
    const known = byScope.get(key);
    if (known) known.push(entry);
    else byScope.set(key, [entry]);
  }
  if (byScope.size === 0) return () => [];

  return ({ userPath, keyId, labels, sessionId, runId }) => {
    const found: Match<Entry>[] = [];
    const take = (key: string, child: string): void => {
      for (const entry of byScope.get(key) ?? []) found.push({ entry, child });
    };
    const takeNamed = (kind: string, name: string): void => {
      take(`${kind}:${name}`, '');
      take(`${kind}:*`, name);
    };
    take('/', '');
    let path = '';
    for (let depth = 0; depth < MAX_DEPTH && path.length < userPath.length; depth++) {
      const end = userPath.indexOf('/', path.length + 1);
      const segment = userPath.slice(path.length + 1, end === -1 ? undefined : end);
      if (segment === '') break;
      take(`${path}/*`, segment);
      path = `${path}/${segment}`;
      take(path, '');
    }
    if (keyId !== undefined) takeNamed('key', keyId);
    for (const label of labels) takeNamed('label', label);
    if (sessionId !== undefined) takeNamed('session', sessionId);
    if (runId !== undefined) takeNamed('run', runId);
    return found;
  };
};
