import { INERT_ANSWER } from '../../base/inert-answer.ts';
import { hopByHopFields } from '../send/hop-by-hop.ts';
import { isKeptFromClients } from './kept-from-clients.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

const INERT_LINES = Object.entries(INERT_ANSWER).flat();

const NONE: readonly string[] = [];

/** A plan's own quota stays where the upstream tells it. */
const termsBeside = (terms: readonly string[], rawHeaders: readonly string[]): readonly string[] => {
  if (terms.length === 0) return NONE;
  const hasQuota = rawHeaders.some((name, index) => index % 2 === 0 && /^x-codex-primary-/i.test(name));
  if (!hasQuota) return terms;
  const kept: string[] = [];
  for (let index = 0; index + 1 < terms.length; index += 2) {
    if (!terms[index]?.startsWith('x-codex-')) kept.push(terms[index] ?? '', terms[index + 1] ?? '');
  }
  return kept;
};

/**
 * The header lines that the client gets: the upstream's in their order and spelling, without hop-by-hop
 * ones and those that it may not say in the gateway's name; its request id is moved aside for the gateway's own, under which the log knows the exchange.
 * @param added pairs of lines that the gateway adds
 * @param terms lines about limits and budgets. They replace the upstream's, except for the quota of a plan
 * @returns name, value, name, value…, as `writeHead` takes them
 */
export const createClientHeaders = (
  upstream: Pick<UpstreamAnswer, 'rawHeaders' | 'headers' | 'ownLines'>,
  exchangeId: string,
  added: readonly string[],
  terms: readonly string[] = [],
): string[] => {
  const endsHere = hopByHopFields(upstream.headers.connection);
  const lines: string[] = ['x-request-id', exchangeId];
  const own = termsBeside(terms, upstream.rawHeaders);
  const isReplaced = (lowerCase: string): boolean => own.includes(lowerCase);
  const { rawHeaders } = upstream;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const lowerCase = name.toLowerCase();
    const value = rawHeaders[index + 1] as string;
    if (endsHere(lowerCase) || isKeptFromClients(lowerCase, value) || isReplaced(lowerCase)) continue;
    lines.push(lowerCase === 'x-request-id' ? 'x-upstream-request-id' : name, value);
  }
  return lines.concat(INERT_LINES, upstream.ownLines ?? [], added, own);
};
