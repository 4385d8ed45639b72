import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import { findHits } from '../../conversation/find-hits.ts';
import type { LogReader } from '../../log/port.ts';
import type { HitsAnswer } from '../api-types/log.ts';
import { readText } from '../select/read-query.ts';

export interface HitsDeps {
  readonly log: LogReader;
  readonly clock: Clock;
}

const MAX_IDS = 40;
const MAX_TEXT = 1_000;
const BUDGET_MS = 1_500;

/** `GET audit/hits` */
export const answerHits = async ({ log, clock }: HitsDeps, query: URLSearchParams): Promise<HitsAnswer> => {
  const text = readText(query, 'text') ?? '';
  const ids = (readText(query, 'ids') ?? '').split(',').filter(Boolean);
  if (text === '' || text.length > MAX_TEXT) {
    throw new GatewayError('invalid_request', `text must have 1 to ${MAX_TEXT} characters.`, {
      param: 'text',
    });
  }
  if (ids.length > MAX_IDS || ids.some((id) => !/^req_[0-9a-z]{26}$/i.test(id))) {
    throw new GatewayError('invalid_request', `ids must be at most ${MAX_IDS} whole ids of exchanges.`, {
      param: 'ids',
    });
  }
  const endsAtMs = clock.monotonic() + BUDGET_MS;
  const answer: HitsAnswer = { hits: [] };
  for (const id of ids) {
    if (clock.monotonic() > endsAtMs) break;
    const detail = await log.get(id);
    const places = detail ? await findHits(detail, text) : [];
    if (places.length > 0) answer.hits.push({ id, places: [...places] });
  }
  return answer;
};
