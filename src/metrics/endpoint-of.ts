import { OTHER } from '../base/bound-values.ts';

/** The routes that are told apart; a path holds ids and whatever a client writes. */
const ROUTES = [
  'responses/compact',
  'responses',
  'chat/completions',
  'completions',
  'messages/count_tokens',
  'messages',
  'embeddings',
  'models',
  'images',
  'audio',
  'moderations',
  'files',
  'batches',
  'conversations',
  'realtime',
] as const;

/** Where a model request went, as a label: `/v1/responses` for all spellings of that route. */
export const endpointOf = (path: string): string => {
  const end = path.search(/[?#]/);
  const plain = end < 0 ? path : path.slice(0, end);
  const tail = /^(?:\/p\/[^/]{1,100})?(?:\/v1)*\/(.{1,100})$/.exec(plain.slice(0, 220))?.[1];
  const route = ROUTES.find((known) => tail === known || tail?.startsWith(`${known}/`));
  return route === undefined ? OTHER : `/v1/${route}`;
};
