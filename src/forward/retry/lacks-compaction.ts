import { GatewayError } from '../../base/errors.ts';
import type { UpstreamAnswer } from '../relay/upstream-answer.ts';

/**
 * There is no way on from this 404 for Codex: the turn ends, and its user should know why.
 * @param path below `/v1`
 */
export const lacksCompaction = ({ statusCode }: Pick<UpstreamAnswer, 'statusCode'>, path: string): boolean =>
  statusCode === 404 && /^\/responses\/compact\/?(?:\?|$)/.test(path);

export const noCompaction = (host: string): GatewayError =>
  new GatewayError(
    'compaction_not_supported',
    `${host} cannot compact a session (404 at /responses/compact). Codex asks for that where its provider is named "OpenAI": let \`gomodel-ts init-codex\` write a block with another name, and Codex compacts by itself.`,
  );
