import type { IncomingMessage } from 'node:http';
import type { Passage } from '../../guard/limits/create-metering.ts';
import { pairsOf } from '../../guard/limits/limit-lines.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { rateLimitFrames } from '../rate-limit-frames.ts';

/**
 * What tells Codex how a budget stands, before the answer begins: nothing where the upstream tells of a plan's quota,
 * as ChatGPT does in a frame of its own.
 * @param response upon which the upstream's connection opened
 */
export const quotaFrames = (
  passage: Passage | undefined,
  { credential }: Pick<Upstream, 'credential'>,
  response: Pick<IncomingMessage, 'headers'>,
): readonly Buffer[] => {
  const tells = Object.keys(response.headers).some((name) => name.startsWith('x-codex-'));
  const hasPlan = tells || credential?.kind === 'client';
  return passage === undefined || hasPlan ? [] : rateLimitFrames(pairsOf(passage.lines));
};
