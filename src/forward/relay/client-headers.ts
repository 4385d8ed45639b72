import { INERT_ANSWER } from '../../base/inert-answer.ts';
import { hopByHopFields } from '../send/hop-by-hop.ts';
import { isKeptFromClients } from './kept-from-clients.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

const INERT_LINES = Object.entries(INERT_ANSWER).flat();

/**
 * The header lines that the client gets: the upstream's in their order and spelling, without hop-by-hop
 * ones and those that it may not say in the gateway's name; its request id is moved aside for the gateway's own, under which the log knows the exchange.
 * @param added pairs of lines that the gateway adds
 * @returns name, value, name, value…, as `writeHead` takes them
 */
export const createClientHeaders = (
  upstream: Pick<UpstreamAnswer, 'rawHeaders' | 'headers' | 'ownLines'>,
  exchangeId: string,
  added: readonly string[],
): string[] => {
  const endsHere = hopByHopFields(upstream.headers.connection);
  const lines: string[] = ['x-request-id', exchangeId];
  const { rawHeaders } = upstream;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const lowerCase = name.toLowerCase();
    const value = rawHeaders[index + 1] as string;
    if (endsHere(lowerCase) || isKeptFromClients(lowerCase, value)) continue;
    lines.push(lowerCase === 'x-request-id' ? 'x-upstream-request-id' : name, value);
  }
  return lines.concat(INERT_LINES, upstream.ownLines ?? [], added);
};
