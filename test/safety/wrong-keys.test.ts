import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/base/errors.ts';
import { createWrongKeys } from '../../src/guard/slow-wrong-keys.ts';
import { askAnew } from '../support/gateway/ask-anew.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import { connectClient } from '../support/websocket/connect-client.ts';

let upstream: Upstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  return () => upstream.close();
});

/** One door of the gateway: the status that a key is answered with there. */
type Door = (key: string) => Promise<{ status: number; retryAfter: number }>;

const overHttp =
  (path: string, method = 'GET', body?: (key: string) => unknown): Door =>
  async (key) => {
    const { status, headers } = await askAnew(`http://127.0.0.1:${gateway.port}${path}`, {
      method,
      ...(body ? { body: body(key) } : { headers: { authorization: `Bearer ${key}` } }),
    });
    return { status, retryAfter: Number(headers['retry-after']) };
  };

const upgrade: Door = async (key) => {
  try {
    const { ws } = await connectClient(gateway.v1, { headers: { 'x-gomodel-key': key } });
    ws.close();
    return { status: 101, retryAfter: Number.NaN };
  } catch (error) {
    return { status: Number(/\d{3}/.exec((error as Error).message)?.[0]), retryAfter: 1 };
  }
};

const DOORS: readonly (readonly [string, Door, number])[] = [
  ['/v1', overHttp('/v1/models'), 200],
  ['/p', overHttp('/p/openai/models'), 200],
  ['/admin', overHttp('/admin/api/v1/audit/log'), 200],
  ['the login', overHttp('/admin/api/v1/session', 'POST', (key) => ({ key })), 204],
  ['an upgrade', upgrade, 101],
];

describe('M7 a wrong key', () => {
  it.each(DOORS)(
    'is slowed down and limited at %s, while the right one works at once',
    async (_name, door, good) => {
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 5; attempt++) statuses.push((await door('wrong')).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401]);
      const startedAtMs = performance.now();
      const limited = await door('wrong');
      expect(limited.status).toBe(429);
      expect(limited.retryAfter).toBeGreaterThan(0);
      expect(performance.now() - startedAtMs).toBeGreaterThan(900);
      // While others are being slowed down, from the same address.
      const slowed = Promise.all([door('wrong'), door('wrong'), door('another')]);
      for (const [name, right, status] of DOORS) {
        expect([name, (await right(MASTER_KEY)).status]).toEqual([name, status]);
      }
      await slowed;
      expect((await door(MASTER_KEY)).status).toBe(good);
    },
    60_000,
  );

  it('counts wherever it comes in', async () => {
    const statuses: number[] = [];
    for (const [, door] of [...DOORS, ...DOORS.slice(0, 1)]) statuses.push((await door('wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('has a record each time, and never the key', async () => {
    for (let attempt = 0; attempt < 7; attempt++) await DOORS[0]?.[1]('wrong');
    const records = await gateway.records();
    // Records of one millisecond have no order among them.
    const told = records.map(({ status, auth }) => `${status} ${auth}`).sort();
    expect(told).toEqual([...Array(5).fill('401 rejected'), ...Array(2).fill('429 rejected')]);
  });

  it('is not one where there is none: a client without a key is told so as often as it asks', async () => {
    for (let attempt = 0; attempt < 8; attempt++) {
      expect((await askAnew(`${gateway.v1}/models`)).status).toBe(401);
    }
  });
});

describe('M7 those who try keys', () => {
  const refusal = new GatewayError('invalid_api_key', 'wrong.');
  const settle = (run: () => Promise<never>): Promise<GatewayError> =>
    (async () => run())().catch((error: unknown) => error as GatewayError);

  it('wait in a bounded number; the rest is refused at once, and its connection closed', async () => {
    const wrongKeys = createWrongKeys({ now: () => 1, pauseMs: 100 });
    const tries = Array.from({ length: 200 }, () => settle(() => wrongKeys.refuse('a', refusal)));
    const all = await Promise.all(tries);
    const limited = all.filter(({ code }) => code === 'too_many_attempts');
    expect(limited.length).toBe(195);
    expect(limited.filter(({ headers }) => headers.connection !== 'close').length).toBe(64);
  });

  it('are limited all together, from however many addresses', async () => {
    let nowMs = 0;
    const wrongKeys = createWrongKeys({ now: () => nowMs, pauseMs: 0 });
    const codes = async (count: number, from: number): Promise<string[]> => {
      const found: string[] = [];
      for (let at = 0; at < count; at++) {
        found.push((await settle(() => wrongKeys.refuse(`address-${from + at}`, refusal))).code);
      }
      return found;
    };
    const first = await codes(3_000, 0);
    expect(first.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'invalid_api_key'));
    expect(new Set(first.slice(50))).toEqual(new Set(['too_many_attempts']));
    nowMs = 60_001;
    expect(await codes(1, 5_000)).toEqual(['invalid_api_key']);
  });

  it('begin anew from an address that then had the right key', async () => {
    const wrongKeys = createWrongKeys({ now: () => 1, pauseMs: 0 });
    const code = async () => (await settle(() => wrongKeys.refuse('a', refusal))).code;
    for (let attempt = 0; attempt < 5; attempt++) expect(await code()).toBe('invalid_api_key');
    expect(await code()).toBe('too_many_attempts');
    wrongKeys.noteRight('a');
    expect(await code()).toBe('invalid_api_key');
  });
});
