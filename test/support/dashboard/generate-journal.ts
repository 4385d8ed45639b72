import { type FixtureExchange, openEntry, priceEntry } from './fixture-exchange.ts';
import { generateSession } from './generate-session.ts';
import { HOSTILE } from './hostile.ts';
import { createRandom, type Random } from './random.ts';
import { SCENARIOS } from './scenarios.ts';

const DAY_MS = 86_400_000;

/** What other clients do: a model list, embeddings, a chat completion without a session. */
const generateStray = (random: Random, atMs: number): FixtureExchange => {
  const entry = openEntry(atMs, '/v1/models', { name: 'openai-node', version: '6.49.0' });
  entry.provider = 'openai';
  entry.upstream = 'api.openai.com';
  entry.auth = 'master_key';
  entry.status = 200;
  entry.overheadMs = 0.4;
  entry.ttfbMs = random.between(80, 300);
  entry.durationMs = entry.ttfbMs + 3;
  entry.response = { bytes: 4120 };
  const kind = random.between(0, 3);
  if (kind === 0) entry.method = 'GET';
  if (kind === 1) entry.path = '/v1/unknown/route';
  if (kind === 1) {
    entry.status = 404;
    entry.error = {
      origin: 'client',
      code: 'unknown_route',
      message: 'nothing is served at POST /v1/unknown/route',
    };
  }
  if (kind >= 2) {
    entry.path = kind === 2 ? '/v1/embeddings' : '/v1/chat/completions';
    entry.model = kind === 2 ? 'text-embedding-3-small' : 'gpt-5.5';
    const inputTokens = random.between(40, 4000);
    const outputTokens = kind === 2 ? 0 : random.between(20, 400);
    entry.usage = {
      inputTokens,
      cachedInputTokens: 0,
      outputTokens,
      totalTokens: inputTokens + outputTokens,
    };
    entry.request = { bodyBytes: inputTokens * 4, wireBytes: inputTokens * 4 };
    entry.response.finish = 'completed';
    priceEntry(entry);
  }
  return { entry };
};

const dayOf = (random: Random, startOfDayMs: number, sessions: number): FixtureExchange[] =>
  Array.from({ length: sessions }, () => {
    const startedAtMs = startOfDayMs + random.between(8 * 60, 21 * 60) * 60_000 + random.between(0, 59_999);
    return random.chance(0.15)
      ? [generateStray(random, startedAtMs)]
      : generateSession({
          random,
          scenario: random.pick(SCENARIOS),
          startedAtMs,
          rounds: random.between(1, 3),
        });
  }).flat();

/** Times that are out of order or in the future are made to end before now, in order. */
const byTime = (left: FixtureExchange, right: FixtureExchange): number =>
  left.entry.id < right.entry.id ? -1 : 1;

export interface JournalOptions {
  nowMs: number;
  seed?: number;
  /** How many days back it goes. */
  days?: number;
  /** At most so many exchanges, the newest ones. */
  atMost?: number;
}

/**
 * A journal as a busy person's would be: quiet week-ends, a long session in the last hours, one
 * with hostile content. Oldest first.
 */
export const generateJournal = ({
  nowMs,
  seed = 7,
  days = 120,
  atMost,
}: JournalOptions): FixtureExchange[] => {
  const random = createRandom(seed);
  const exchanges: FixtureExchange[] = [];
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  for (let day = days; day >= 1; day--) {
    const startOfDayMs = today - day * DAY_MS;
    const weekday = new Date(startOfDayMs).getUTCDay();
    const holiday = day > 60 && day < 72;
    const sessions = holiday
      ? 0
      : weekday === 0 || weekday === 6
        ? random.between(0, 1)
        : random.between(1, 6);
    exchanges.push(...dayOf(random, startOfDayMs, sessions));
  }
  const hostile = generateSession({
    random,
    scenario: HOSTILE,
    startedAtMs: nowMs - 3 * 3_600_000,
    failures: false,
  });
  const recent = SCENARIOS.flatMap((scenario, index) =>
    generateSession({
      random,
      scenario,
      startedAtMs: nowMs - (36 - index * 10) * 60_000,
      rounds: index === 0 ? 4 : 2,
    }),
  );
  const past = [...exchanges, ...hostile, ...recent]
    .filter(({ entry }) => Date.parse(entry.startedAt) + (entry.durationMs ?? 0) < nowMs)
    .sort(byTime);
  return atMost ? past.slice(-atMost) : past;
};
