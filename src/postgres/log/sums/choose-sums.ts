import type { LogFilter, LogQuery } from '../../../log/port.ts';
import type { SumsBy } from './half-hours.ts';

/** What the kinds of models know. */
const OF_MODELS: readonly (keyof LogFilter)[] = ['model', 'requested_model', 'sent_model', 'provider'];

/** What is asked for that the kinds of models do not know; undefined where sums by a few columns cannot know it either. */
const beyondModels = ({ filter = {}, statuses, within: root = '/' }: LogQuery) => {
  if (statuses) return undefined;
  const names = Object.entries(filter).flatMap(([name, wanted]) => {
    const isKnown =
      !wanted ||
      OF_MODELS.includes(name as keyof LogFilter) ||
      // Told by no kind.
      ['tool', 'search', 'session'].includes(name) ||
      (name === 'status_code' && wanted === 'running') ||
      (name === 'error_type' && wanted === 'any');
    return isKnown ? [] : [name];
  });
  return root === '/' ? names : [...names, 'within'];
};

/** True where the kinds of models alone tell which kinds are meant. */
export const areOfModels = (query: LogQuery): boolean => beyondModels(query)?.length === 0;

/** Sums by team know the first name of a path. */
const isTeam = (path: string): boolean => path.lastIndexOf('/') === 0;

/** The fewest sums that tell which exchanges are meant. */
export const sumsFor = (query: LogQuery): SumsBy => {
  const beyond = beyondModels(query);
  if (!beyond) return 'kind';
  if (beyond.length === 0) return 'model';
  if (beyond.every((name) => name === 'client')) return 'client';
  const { filter = {}, within: root = '/' } = query;
  const isOfTeams =
    beyond.every((name) => ['label', 'user_path', 'within'].includes(name)) &&
    isTeam(filter.user_path ?? '/') &&
    isTeam(root);
  return isOfTeams ? 'team' : 'kind';
};
