import { afterEach, beforeEach, expect, it } from 'vitest';
import { anthropicSpec } from '../../src/providers/specs/anthropic.ts';
import { sendRaw } from '../support/fuzz/raw-request.ts';
import { type StrictUpstream, startStrictUpstream } from '../support/fuzz/strict-upstream.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';

let upstream: StrictUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startStrictUpstream();
  gateway = await composeGateway(`${upstream.url}/v1`, {
    configure: withProviders([providerAt(anthropicSpec, `${upstream.url}/v1`)]),
  });
});
afterEach(() => upstream.close());

const deep = (open: string, middle: string, close: string): string =>
  open.repeat(100_000) + middle + close.repeat(100_000);

const LEFT_AS_THEY_ARE: readonly (readonly [name: string, json: string])[] = [
  ['lists 100,000 deep', `{"model":"m","input":${deep('[', '', ']')}}`],
  ['objects 100,000 deep', `{"model":"m","input":${deep('{"a":', '1', '}')}}`],
  ['a member that is there twice', '{"model":"a","model":"m","input":"x","input":"y"}'],
  ['half of a surrogate pair', '{"model":"m","input":"\\ud800 \\udc00"}'],
  [
    'numbers beyond every type',
    '{"model":"m","input":1e999999,"n":123456789012345678901234567890,"m":-0.0e-0}',
  ],
  ['an escaped NUL', '{"model":"m\\u0000","input":"\\u0000"}'],
  [
    'members of every object',
    '{"__proto__":{"model":"x"},"constructor":1,"toString":{"a":1},"model":"m","input":[]}',
  ],
  [
    'a hundred thousand members',
    `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":${index}`).join(',')},"model":"m"}`,
  ],
  ['white space of all kinds', ' \t\r\n{ "model" :\n"m"\t, "input" : [ ] } \r\n'],
  ['a name that is escaped', '{"mod\\u0065l":"m","input":"x"}'],
];

it.each(LEFT_AS_THEY_ARE)('sends on %s to the byte', async (_name, json) => {
  const { status } = await sendRaw(gateway.port, {
    lines: ['Host: localhost', 'Content-Type: application/json'],
    body: json,
  });
  expect(status).toBe(200);
  expect(upstream.requests.map(({ body }) => body.toString())).toEqual([json]);
  expect(await gateway.records()).toMatchObject([{ status: 200 }]);
});

it.each([
  ['NUL', '{"model":"m"}\0'],
  ['nothing but opened lists', '['.repeat(100_000)],
  ['a second value', '{"model":"m"}{"model":"n"}'],
  ['a comment', '{"model":"m"/**/}'],
  ['a lone word', 'undefined'],
])('refuses %s and sends nothing', async (_name, json) => {
  const { status, text } = await sendRaw(gateway.port, {
    lines: ['Host: localhost', 'Content-Type: application/json'],
    body: json,
  });
  expect([status, upstream.requests.length]).toEqual([400, 0]);
  expect(text).toContain('"code":"invalid_json"');
});

it.each([
  [
    'too deep',
    `{"model":"anthropic/m","input":"x","tools":[{"type":"function","name":"f","parameters":${deep('{"a":', '1', '}')}}]}`,
  ],
  [
    'named like a header line',
    '{"model":"anthropic/m","input":"x","a\\r\\nevil: 1\\r\\n\\u0000é😀":1,"include":["\\r\\nevil: 2"]}',
  ],
  ['named like no provider', '{"model":"anthropic/../../x\\r\\nevil: 1","input":"x"}'],
  [
    'of JavaScript',
    '{"model":"anthropic/m","input":[{"type":{"toString":1},"role":{"toString":1},"content":{"toString":1}}],"toString":1,"__proto__":{"toString":1}}',
  ],
])('answers what is %s, translated or not, and keeps its head clean', async (_name, json) => {
  const { status, text } = await sendRaw(gateway.port, {
    lines: ['Host: localhost', 'Content-Type: application/json'],
    body: json,
  });
  expect([200, 400, 502]).toContain(status);
  expect(text.split('\r\n\r\n', 1)[0]).not.toMatch(/^evil:/im);
  expect(upstream.violations).toEqual([]);
  for (const { target } of upstream.requests) expect(target).toBe('/v1/messages');
});

it('shows in its log what no screen was made for', async () => {
  for (const [, json] of LEFT_AS_THEY_ARE) {
    await sendRaw(gateway.port, { lines: ['Host: localhost', 'Content-Type: application/json'], body: json });
  }
  for (const { id } of await gateway.records()) {
    for (const path of [
      `audit/log/${id}`,
      `audit/log/${id}/turn`,
      `audit/conversation?log_id=${id}`,
      `audit/export?format=html&id=${id}`,
    ]) {
      const answer = await fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/${path}`);
      await answer.text();
      expect([path, answer.status >= 500]).toEqual([path, false]);
    }
  }
});
