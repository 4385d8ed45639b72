import { GatewayError } from '../../base/errors.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/**
 * Codex cannot recover from this 404: the turn ends, and its user should know why.
 * @param path below `/v1`
 */
export const lacksCompaction = ({ statusCode }: Pick<UpstreamAnswer, 'statusCode'>, path: string): boolean =>
  statusCode === 404 && /^\/responses\/compact\/?(?:\?|$)/.test(path);

export const noCompaction = (host: string): GatewayError =>
  new GatewayError(
    'compaction_not_supported',
    `${host} cannot compact a session (404 at /responses/compact). Codex asks for that where its provider is named "OpenAI". Run \`npx gomodel-ts init-codex --auth key\`, which writes a block with another name: then Codex compacts by itself.`,
  );
