import type { Api } from '../sse/answer.ts';

/**
 * The API whose answers can be read, by the path below `/v1`.
 * @returns undefined where an answer is passed on unread
 */
export const apiOfPath = (path: string): Api | undefined => {
  const [first, second] = path.split(/[/?]/).slice(1);
  if (first === 'responses') return 'responses';
  return first === 'chat' && second === 'completions' ? 'chat' : undefined;
};
