import { Agent, request as httpRequest } from 'node:http';
import { expect } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

/** What each of three targets of one name is to get. */
const WEIGHTS = { east: 5, west: 3, north: 2 } as const;
type Target = keyof typeof WEIGHTS;
const NAMES = Object.keys(WEIGHTS) as Target[];

const SESSIONS = 200;
const AT_ONCE = 40;

const ANSWER = { id: 'resp_1', object: 'response', status: 'completed', output: [] };

interface BalancedTargets {
  readonly configFile: string;
  /** From now on, `west` dies at every request, and `north` has no room. */
  readonly broken: Set<Target>;
  close(): Promise<void>;
}

/** Three doubles, and a file that leads the name `smart` to them. */
export const startTargets = async (): Promise<BalancedTargets> => {
  const broken = new Set<Target>();
  const startTarget = (name: Target): Promise<Upstream> =>
    startUpstream(() => {
      if (!broken.has(name)) return { kind: 'json', body: ANSWER };
      if (name === 'west') return { kind: 'reset' };
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
    broken,
    close: async () => {
      for (const double of doubles) await double.close();
    },
  };
};

/** Requests of 200 sessions, in turn, many at once. @returns how many were answered with 200 */
export const askOften = async (origin: string, count: number): Promise<number> => {
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
    while (asked < count) if ((await ask(asked++ % SESSIONS)) === 200) answered++;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  agent.destroy();
  return answered;
};

/** How far the share of each target is away from its weight among those that can be asked, in points. */
export const pointsOff = (records: readonly ExchangeRecord[], able: readonly Target[] = NAMES): number[] => {
  const all = able.reduce((sum, name) => sum + WEIGHTS[name], 0);
  return able.map((name) => {
    const share = records.filter(({ provider }) => provider === name).length / records.length;
    return 100 * Math.abs(share - WEIGHTS[name] / all);
  });
};

/** Which target each session is with, which it never leaves. */
export const homesOf = (records: readonly ExchangeRecord[]): ReadonlyMap<string, string> => {
  const homes = new Map<string, string>();
  for (const { client, provider = '' } of records) {
    const session = client.sessionId ?? '';
    expect(homes.get(session) ?? provider).toBe(provider);
    homes.set(session, provider);
  }
  expect(homes.size).toBe(SESSIONS);
  return homes;
};

/** Holds each request that went elsewhere than the one before it in its session against the reasons in its record. */
export const checkMoves = (records: readonly ExchangeRecord[]): void => {
  const places = new Map<string, string>();
  for (const { client, provider = '', attempts, balance } of records) {
    const session = client.sessionId ?? '';
    const before = places.get(session) ?? provider;
    places.set(session, provider);
    const hasFailed = attempts?.some((attempt) => attempt.provider === before && attempt.error);
    const isPassedOver = balance?.passedOver.includes(`${before}/m`);
    const hasReason = hasFailed === true || isPassedOver === true || balance?.reason === 'returned';
    expect([session, before, provider, before === provider || hasReason]).toEqual([
      ...[session, before, provider, true],
    ]);
  }
};
