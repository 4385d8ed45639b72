import { posix } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NO_FAILOVER } from '../../src/config/providers/failover.ts';
import { compatibleSpec } from '../../src/providers/specs/compatible.ts';
import type { Random } from '../support/dashboard/random.ts';
import { cases, randomOf } from '../support/fuzz/budget.ts';
import { sendRaw } from '../support/fuzz/raw-request.ts';
import { startStrictUpstream } from '../support/fuzz/strict-upstream.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import {
  composeGateway,
  MASTER_KEY,
  type RunningGateway,
  UPSTREAM_KEY,
} from '../support/gateway/compose-gateway.ts';

const TARGETS = cases(2500);
const SIDE_BY_SIDE = 16;

type StrictUpstream = Awaited<ReturnType<typeof startStrictUpstream>>;
let upstream: StrictUpstream;
/** Where every path but the provider's own leads, and any host but the configured one. */
let elsewhere: StrictUpstream;
beforeEach(async () => {
  upstream = await startStrictUpstream();
  elsewhere = await startStrictUpstream();
});
afterEach(() => Promise.all([upstream.close(), elsewhere.close()]));

const DOTS = [
  '.',
  '..',
  '...',
  '%2e',
  '%2e%2e',
  '.%2E',
  '%2E.',
  '%252e%252e',
  '%25252e.',
  '..;',
  '..;x=y',
  '.;',
  '%2e%2e%3b',
  '..%00',
  '..%09',
  '%c0%ae%c0%ae',
  '\u00e0..',
];
const SLASHES = ['/', '/', '/', '//', '\\', '%2f', '%2F', '%5c', '%5C', '%252f', '%255c', '/./', '%c0%af'];
const NAMES = [
  'responses',
  'models',
  'files',
  'v1',
  'base',
  'p',
  'openai',
  'admin',
  'api',
  'audit',
  'log',
  'health',
  '@',
  ':',
  '#',
  '?',
  '?x=/../',
  ';',
  '%',
  '%zz',
  '%00',
  '~',
  '\u00ff',
  '*',
  'http:',
  'evil.example',
  ' ',
];

const path = (random: Random): string =>
  Array.from(
    { length: random.between(1, 6) },
    () => random.pick(SLASHES) + random.pick(random.chance(0.5) ? DOTS : NAMES),
  ).join('');

const target = (random: Random, port: number): string => {
  const host = random.pick([
    `127.0.0.1:${port}`,
    'evil.example',
    `localhost@127.0.0.1:${port}`,
    `[::1]:${port}`,
    '',
  ]);
  const rest = path(random);
  const kind = random.next();
  if (kind < 0.35) return `/v1${rest}`;
  if (kind < 0.6)
    return `/p/${random.pick(['openai', 'openai', 'bare', 'bare', '..', '%6fpenai', 'openai%2f..', '.', 'x'])}${rest}`;
  if (kind < 0.7) return rest;
  if (kind < 0.75) return `${random.pick(['/v1', '/p/bare', '/p/openai/base/v1'])}//${host}${rest}`;
  if (kind < 0.85)
    return `${random.pick(['http', 'https', 'HTTP', 'ws', 'file', 'javascript', 'data', ''])}:${random.pick(['//', '/', '', '\\\\'])}${host}${random.pick(['', '/v1', '/p/bare', '/p/openai'])}${rest}`;
  if (kind < 0.9) return host || '*';
  if (kind < 0.95) return `/v1/responses?${'x'.repeat(random.pick([1, 16 * 1024, 60 * 1024]))}`;
  return `/v1/${'a/'.repeat(random.pick([1, 100, 8 * 1024]))}${random.pick(DOTS)}`;
};

/** Every reading of a path that some server has, one step each. */
const readings = (sent: string): string[] => {
  const [bare = ''] = sent.split(/[?#]/, 1);
  const found = new Set([bare]);
  for (let round = 0; round < 3; round++) {
    for (const one of [...found]) {
      found.add(one.split('\0', 1)[0] ?? '');
      found.add(one.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))));
      found.add(one.replaceAll('\\', '/'));
      found.add(one.replace(/;[^/]*/g, ''));
    }
  }
  return [...found].map((one) => posix.normalize(one));
};

/** Two providers: one below a path, and one at the root of its host. */
const start = (root: string, env: Record<string, string> = {}): Promise<RunningGateway> =>
  composeGateway(`${root}/base/v1`, {
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, ...env },
    configure: withProviders(
      [providerAt(compatibleSpec, root, { id: 'bare', native: ['responses', 'chat'] })],
      // Requests to both leave by each of the two ways that there are: with and without another attempt.
      { failover: { ...NO_FAILOVER, attempts: 2 } },
    ),
  });

const askAll = async (gateway: RunningGateway, count: number): Promise<Map<number, number>> => {
  const queue = Array.from({ length: count }, (_, index) =>
    target(randomOf(3, index), elsewhere.port),
  ).entries();
  const answers = new Map<number, number>();
  const askOne = async (index: number, asked: string): Promise<void> => {
    const random = randomOf(4, index);
    const { status, text } = await sendRaw(gateway.port, {
      method: random.pick(['POST', 'POST', 'GET', 'DELETE', 'OPTIONS', 'CONNECT']),
      target: asked,
      lines: [
        `Host: ${random.pick(['localhost', `127.0.0.1:${elsewhere.port}`, 'evil.example'])}`,
        `Authorization: Bearer ${MASTER_KEY}`,
        'Content-Type: application/json',
      ],
      body: random.pick(['{"model":"bare/x"}', '{"model":"x"}', '']),
    });
    expect(text, asked).not.toBe('');
    answers.set(status, (answers.get(status) ?? 0) + 1);
  };
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const [index, asked] of queue) await askOne(index, asked);
    }),
  );
  return answers;
};

it(`leads none of ${TARGETS} targets out of the path or off the host that is configured`, async () => {
  const gateway = await start(upstream.url);
  const answers = await askAll(gateway, TARGETS);
  expect(upstream.violations).toEqual([]);
  expect(elsewhere.bytes().length).toBe(0);
  expect(answers.get(500)).toBeUndefined();
  expect([...answers.keys()]).toEqual(expect.arrayContaining([200, 400, 404]));
  for (const { target: sent, headers } of upstream.requests) {
    const lineOf = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
    expect(lineOf('host')).toBe(`127.0.0.1:${upstream.port}`);
    if (lineOf('authorization') !== `Bearer ${UPSTREAM_KEY}`) continue;
    for (const reading of readings(sent)) expect(reading, sent).toMatch(/^\/base\/v1(?:\/|$)/);
  }
  expect((await gateway.records()).length).toBeGreaterThan(TARGETS * 0.9);
});

it('names the configured host alone to a proxy on the way', async () => {
  const gateway = await start('http://provider.example', { http_proxy: elsewhere.url });
  await askAll(gateway, TARGETS / 4);
  expect(elsewhere.violations).toEqual([]);
  expect(elsewhere.requests.length).toBeGreaterThan(TARGETS / 100);
  for (const { target: sent } of elsewhere.requests) {
    expect(sent).toMatch(/^http:\/\/provider\.example\//);
    expect(new URL(sent).host).toBe('provider.example');
  }
});
