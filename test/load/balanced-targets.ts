import { Agent, request as httpRequest } from 'node:http';
import { expect } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

/** What each of three targets of one name is to get. */
const WEIGHTS = { east: 5, west: 3, north: 2 } as const;
type Target = keyof typeof WEIGHTS;
const NAMES = Object.keys(WEIGHTS) as Target[];
const ALL = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);

const SESSIONS = 200;
const PHASE = 5_000;
const AT_ONCE = 40;

const ANSWER = { id: 'resp_1', object: 'response', status: 'completed', output: [] };

interface BalancedTargets {
  readonly configFile: string;
  /** From now on one dies at every request, and one has no room. */
  break(): void;
  close(): Promise<void>;
}

/** Three doubles, and a file that leads the name `smart` to them. */
export const startTargets = async (): Promise<BalancedTargets> => {
  let isBroken = false;
  const startTarget = (name: Target): Promise<Upstream> =>
    startUpstream(() => {
      if (isBroken && name === 'west') return { kind: 'reset' };
      if (!isBroken || name !== 'north') return { kind: 'json', body: ANSWER };
      const headers = { 'retry-after': '60' };
      return { kind: 'json', status: 429, headers, body: { error: { message: 'no room' } } };
    });
  const doubles = await Promise.all(NAMES.map(startTarget));
  const providers = NAMES.map(
    (name, place) =>
      `  ${name}: { type: compatible, base_url: "${doubles[place]?.url}", native: [responses] }\n`,
  );
  const targets = NAMES.map((name) => `{ model: ${name}/m, weight: ${WEIGHTS[name]} }`);
  return {
    configFile: `default_provider: east\nproviders:\n${providers.join('')}aliases:\n  smart: { targets: [${targets.join(', ')}] }\n`,
    break: () => {
      isBroken = true;
    },
    close: async () => {
      for (const double of doubles) await double.close();
    },
  };
};

/** 5,000 requests of 200 sessions, in turn, many at once. @returns how many were answered with 200 */
export const askOften = async (origin: string): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const ask = (session: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${origin}/v1/responses`, {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'session-id': `session-${session}` },
      });
      request.once('error', reject).once('response', (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      request.end('{"model":"smart","input":"x"}');
    });
  let asked = 0;
  let answered = 0;
  const askOn = async (): Promise<void> => {
    while (asked < PHASE) if ((await ask(asked++ % SESSIONS)) === 200) answered++;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  agent.destroy();
  return answered;
};

/**
 * How far the share of each target is away from its weight, in standard deviations of as many draws as there are
 * sessions: a hash places each of them by itself, so that all processes agree.
 */
export const deviationsOf = (records: readonly ExchangeRecord[]): number[] =>
  NAMES.map((name) => {
    const wanted = WEIGHTS[name] / ALL;
    const share = records.filter(({ provider }) => provider === name).length / records.length;
    return Math.abs(share - wanted) / Math.sqrt((wanted * (1 - wanted)) / SESSIONS);
  });

/** Which target each session is with, which it never leaves. */
export const homesOf = (records: readonly ExchangeRecord[]): ReadonlyMap<string, string> => {
  const homes = new Map<string, string>();
  for (const { client, provider = '' } of records) {
    const session = client.sessionId ?? '';
    expect(homes.get(session) ?? provider).toBe(provider);
    homes.set(session, provider);
  }
  return homes;
};

/**
 * Holds the records of two phases against what was promised: before the break no session moves, after it those of the
 * broken targets alone, each request with its reason.
 */
export const checkMoves = (before: readonly ExchangeRecord[], after: readonly ExchangeRecord[]): void => {
  const homes = homesOf(before);
  expect(homes.size).toBe(SESSIONS);
  for (const record of after) {
    const home = homes.get(record.client.sessionId ?? '') ?? '';
    const hasFailed = record.attempts?.some(({ provider, status }) => provider === home && status !== 200);
    const isPassedOver = record.balance?.passedOver.includes(`${home}/m`);
    const hasReason = hasFailed === true || isPassedOver === true;
    expect([home, record.provider, hasReason]).toEqual([home, 'east', home !== 'east']);
  }
};
