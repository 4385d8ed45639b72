import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHeaderEncoder } from '../../../src/log/capture/encode-headers.ts';
import { createRedactor, REDACTED } from '../../../src/log/redact.ts';

const JWT = 'eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTUzNjUxNzF9.c2lnbmF0dXJl';
const MASTER = 'correct horse battery';
const redactor = createRedactor([MASTER, '']);
const encode = createHeaderEncoder(redactor);
const headersOf = (...raw: string[]): unknown => JSON.parse(encode(raw));

it.each([
  'Authorization',
  'proxy-authorization',
  'Cookie',
  'Set-Cookie',
  'X-Api-Key',
  'api-key',
  'x-goog-api-key',
  'X-GoModel-Key',
  'ChatGPT-Account-Id',
  'x-auth-token',
  'cf-access-client-secret',
])('writes nothing of what %s holds', (name) => {
  expect(headersOf(name, 'anything at all')).toEqual([[name, REDACTED]]);
});

it.each([
  'x-ratelimit-remaining-tokens',
  'x-codex-turn-state',
  'idempotency-key',
  'sec-websocket-key',
  'session_id',
])('keeps %s, which holds no secret', (name) => {
  expect(headersOf(name, '4711')).toEqual([[name, '4711']]);
});

it.each([
  ['a key', 'sk-proj-abcDEF_0123456789', ''],
  ['a bearer token', 'Bearer abcdefgh12345678', ''],
  ['a bearer token, in any case', 'bearer abcdefgh12345678', ''],
  ['a JWT', JWT, ''],
  ['a key inside a JSON header', `{"turn_id":"t1","note":"sk-proj-abcDEF_0123456789"}`, 't1'],
  ['the sign-in of a git remote', '{"origin":"https://ada:hunter2@example.org/r.git"}', 'example.org/r.git'],
  ['a key among WebSocket protocols', 'realtime, openai-insecure-api-key.sk-abcdefgh12345678', 'realtime'],
  ["the gateway's own key", `x ${MASTER} y`, 'x '],
])('takes %s out of any header', (_, value, kept) => {
  const [[, logged]] = headersOf('x-codex-turn-metadata', value) as [[string, string]];
  expect(logged).toContain(REDACTED);
  expect(logged).toContain(kept);
  for (const secret of ['abcDEF', '12345678', JWT.slice(-10), 'hunter2', MASTER]) {
    expect(logged).not.toContain(secret);
  }
});

it.each([
  ['realtime,openai-insecure-api-key.abc, other', 'realtime,openai-insecure-api-key.', ', other'],
  ['base64url.bearer.authorization.k8s.io.abc', 'base64url.bearer.', ''],
])('takes a key of any shape out of the subprotocols %s', (value, before, after) => {
  expect(headersOf('Sec-WebSocket-Protocol', value)).toEqual([
    ['Sec-WebSocket-Protocol', `${before}${REDACTED}${after}`],
  ]);
});

it.each(['codex_exec/0.169.0 (task-runner; disk-5)', 'https://example.org/@scope', 'Bearer realm="x"'])(
  'leaves %s as it is',
  (value) => {
    expect(headersOf('x-note', value)).toEqual([['x-note', value]]);
  },
);

it('keeps header lines in their order and spelling, repeated ones too', () => {
  const raw = ['B', '1', 'a', '2', 'B', '3'];
  expect(headersOf(...raw)).toEqual([
    ['B', '1'],
    ['a', '2'],
    ['B', '3'],
  ]);
});

it('gives the same lines when it remembers them, and when it has had to forget', () => {
  const value = fc.string({ maxLength: 300 });
  const lines = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'authorization'), value), { maxLength: 60 });
  fc.assert(
    fc.property(lines, (pairs) => {
      const expected = pairs.map(([name, text]) => [name, redactor.header(name, text)]);
      expect(headersOf(...pairs.flat())).toEqual(expected);
      expect(headersOf(...pairs.flat())).toEqual(expected);
    }),
  );
});

it.each([
  ['/v1/responses?api_key=abc&stream=true', '/v1/responses?api_key=[redacted]&stream=true'],
  ['/v1/models?client_version=0.169.0&key=abc', '/v1/models?client_version=0.169.0&key=[redacted]'],
  ['/v1/x?access%5Ftoken=abc', '/v1/x?access%5Ftoken=[redacted]'],
  ['/v1/x?q=sk-abcdefgh12345678', '/v1/x?q=[redacted]'],
  ['/v1/x?q=correct%20horse+battery', '/v1/x?q=[redacted]'],
  ['/v1/correct%20horse%20battery/y?a', '/v1/[redacted]/y?a'],
  ['/v1/x?max_tokens=5&a=%zz', '/v1/x?max_tokens=5&a=%zz'],
])('logs the path %s as %s', (path, logged) => {
  expect(redactor.path(path)).toBe(logged);
});

it('never lets a secret of its own through, wherever it stands', () => {
  const secret = 'k3y-of-the-house';
  const own = createRedactor([secret]);
  const around = fc.string({ maxLength: 20 });
  fc.assert(
    fc.property(around, around, (before, after) => {
      expect(own.text(before + secret + after)).not.toContain(secret);
      expect(own.path(`/${before}?x=${encodeURIComponent(secret)}&${after}`)).not.toContain(secret);
    }),
  );
});
