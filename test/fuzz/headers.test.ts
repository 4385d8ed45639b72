import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Random } from '../support/dashboard/random.ts';
import { cases, randomOf } from '../support/fuzz/budget.ts';
import { sendRaw } from '../support/fuzz/raw-request.ts';
import { startStrictUpstream } from '../support/fuzz/strict-upstream.ts';
import { composeGateway, MASTER_KEY, UPSTREAM_KEY } from '../support/gateway/compose-gateway.ts';

const REQUESTS = cases(1000);
const SIDE_BY_SIDE = 16;
const GUARDED = { env: { GOMODEL_MASTER_KEY: MASTER_KEY } };

type StrictUpstream = Awaited<ReturnType<typeof startStrictUpstream>>;
let upstream: StrictUpstream;
beforeEach(async () => {
  upstream = await startStrictUpstream();
});
afterEach(() => upstream.close());

const NAMES = [
  'x',
  'X-Case',
  'x_y',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'via',
  'host',
  'cookie',
  'expect',
  'te',
  'trailer',
  'upgrade',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'x-forwarded-host',
  'forwarded',
  'x-original-url',
  'x-http-method-override',
  'origin',
  'referer',
  'set-cookie',
  'accept-encoding',
  'content-encoding',
  'content-type',
  'x-request-id',
  'x-client-request-id',
  'x-gomodel-key',
  'x-gomodel-error-origin',
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'chatgpt-account-id',
  'anthropic-version',
  'x-codex-turn-metadata',
  'session_id',
  'user-agent',
  'originator',
  '!#$%&',
  'a b',
  'é',
  '',
  '(',
  '"',
  'x:',
];
const VALUES = [
  '',
  'y',
  ' ',
  '\t',
  '\u00ff\u00fe',
  '\0',
  '\r',
  '\n evil: 1',
  '\r\n evil: 1',
  'a\u007fb',
  '\u001b[31m',
  '{"turn_id":"1"}',
  '[[[[',
  'host, x-case, content-length',
  'close',
  'upgrade',
  'Bearer x',
  'Bearer eyJ.a.b',
  'null',
  'https://evil.example',
  'http://localhost',
  '1.1 x',
  '100-continue',
  'gzip, zstd',
  'identity',
  '%0d%0aevil: 1',
  'x'.repeat(5000),
  '[object Object]',
  '-1',
  '\u0085',
];

const lineOf = (random: Random): string =>
  `${random.pick(NAMES)}${random.pick([':', ': ', ':\t', ' :', ''])}${random.pick(VALUES)}`;

const own = (sent: readonly (readonly [string, string])[], wanted: string): string[] =>
  sent.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

it(`sends on header lines that any server reads alike, with its own key alone, over ${REQUESTS} requests of doubtful ones`, async () => {
  const gateway = await composeGateway(`${upstream.url}/v1`, GUARDED);
  const queue = Array.from({ length: REQUESTS }, (_, index) => randomOf(5, index)).entries();
  const statuses = new Map<number, number>();
  const sendOne = async (random: Random): Promise<void> => {
    const lines = Array.from({ length: random.between(0, 6) }, () => lineOf(random));
    const all = [
      'Host: localhost',
      `Authorization: Bearer ${MASTER_KEY}`,
      `X-Api-Key: ${MASTER_KEY}`,
      'Content-Type: application/json',
      ...lines,
    ];
    const { status, text } = await sendRaw(gateway.port, { lines: random.chance(0.5) ? all : all.reverse() });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    // Whatever a client writes, the head of its answer is the gateway's.
    expect(text.split('\r\n\r\n', 1)[0]).not.toMatch(/^evil:/im);
  };
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const [, random] of queue) await sendOne(random);
    }),
  );
  expect(upstream.violations).toEqual([]);
  expect(upstream.bytes().includes(MASTER_KEY)).toBe(false);
  for (const { headers } of upstream.requests) {
    expect(own(headers, 'authorization')).toEqual([`Bearer ${UPSTREAM_KEY}`]);
    expect(own(headers, 'accept-encoding')).toEqual(['identity']);
    for (const name of [
      'cookie',
      'x-api-key',
      'api-key',
      'x-goog-api-key',
      'proxy-authorization',
      'te',
      'upgrade',
      'expect',
      'evil',
      'x-gomodel-key',
    ]) {
      expect(own(headers, name), name).toEqual([]);
    }
  }
  expect(statuses.get(500)).toBeUndefined();
  expect(statuses.get(0), 'closed without an answer').toBeUndefined();
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 10);
  expect(await gateway.records()).toHaveLength(REQUESTS);
});

it('loses no header line however many there are', async () => {
  const gateway = await composeGateway(`${upstream.url}/v1`, GUARDED);
  const many = Array.from({ length: 3000 }, (_, index) => `x-${index}: ${index}`);
  const { status } = await sendRaw(gateway.port, {
    lines: [
      'Host: localhost',
      ...many,
      'Content-Type: application/json',
      `Authorization: Bearer ${MASTER_KEY}`,
    ],
  });
  expect(status).toBe(200);
  const [request] = upstream.requests;
  expect(request?.body.toString()).toBe('{}');
  for (let index = 0; index < 3000; index++)
    expect(own(request?.headers ?? [], `x-${index}`)).toEqual([`${index}`]);
});

it.each([
  ['no host', 400, 'Content-Type: application/json'],
  ['two hosts', 400, 'Host: localhost\r\nhost: evil.example'],
  ['a transfer coding beside chunks', 400, 'Host: localhost\r\nTransfer-Encoding: gzip, chunked'],
  ['an expectation that nobody knows', 405, 'Host: localhost\r\nExpect: miracles'],
])('gives a request with %s a record and an answer of its own form', async (_name, expected, line) => {
  const gateway = await composeGateway(`${upstream.url}/v1`, GUARDED);
  const lines = [line, `Authorization: Bearer ${MASTER_KEY}`];
  const { status, text } = await sendRaw(gateway.port, { method: 'GET', lines, body: '' });
  expect(status).toBe(expected);
  expect(text).toMatch(/x-gomodel-error-origin: client.*"message":"gomodel-ts: /s);
  expect(await gateway.records()).toMatchObject([{ status }]);
  expect(upstream.requests).toEqual([]);
});
