import type { Viewer } from '../../guard/viewer.ts';
import { seesAll } from './scope-log.ts';

interface ScopesDeps<Scope> {
  readonly whole: () => Scope;
  readonly part: (viewer: Viewer) => Scope;
}

/** Each remembers a few titles and one event stream; a team has fewer members. */
const MAX_SCOPES = 500;

/** Makes what a viewer is answered from, once for all who see the same. */
export const createScopes = <Scope>({ whole, part }: ScopesDeps<Scope>): ((viewer: Viewer) => Scope) => {
  const all = whole();
  const known = new Map<string, Scope>();
  return (viewer) => {
    if (seesAll(viewer)) return all;
    const { userPath, bodies, keyId } = viewer;
    const place = JSON.stringify([userPath, bodies, bodies === 'own' ? keyId : null]);
    const found = known.get(place);
    if (found) return found;
    if (known.size >= MAX_SCOPES) known.clear();
    const made = part(viewer);
    known.set(place, made);
    return made;
  };
};
