import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Api } from '../../src/sse/answer-summary.ts';
import { collectOutput } from '../../src/sse/collect/collect-output.ts';
import { createStreamTap } from '../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../src/sse/summarize-json-answer.ts';
import { anyItem, anyJson, anyObject } from '../support/fuzz/any-json.ts';
import { runs } from '../support/fuzz/budget.ts';

const APIS: readonly Api[] = ['responses', 'chat', 'messages'];
const FAILURE = { code: 'upstream_stream_truncated', message: 'the upstream broke off', atMs: 0 };

const event = anyObject({
  response: anyItem,
  item: anyItem,
  delta: fc.oneof(anyItem, anyJson),
  choices: fc.array(anyItem, { maxLength: 2 }),
  usage: anyItem,
  message: anyItem,
  error: anyItem,
});
const line = fc.oneof(
  { weight: 5, arbitrary: event.map((made) => `data: ${JSON.stringify(made)}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'event: error',
      'event: response.completed',
      'event: message_stop',
      'data: [DONE]',
      'data:',
      'data',
      ': keep-alive',
      'id: 1',
      'retry: 0',
      ':',
      '\uFEFF',
      '\u0000',
      'data: {"type":"response.completed"',
      'data: \ud83d',
    ),
  },
  { weight: 1, arbitrary: fc.string().map((text) => `data: ${text}`) },
);
const lineEnd = fc.constantFrom('\n', '\n\n', '\n\n', '\r\n\r\n', '\r\r', '\r', '\n\r\n');
const stream = fc
  .array(fc.tuple(line, lineEnd), { maxLength: 12 })
  .map((lines) => Buffer.from(lines.flat().join('')));
const bytes = fc.oneof(
  { weight: 4, arbitrary: stream },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((noise) => Buffer.from(noise)) },
);

it.each(APIS)(
  'any bytes are read as a stream of %s alike however they are cut, and end in a way that can be read',
  (api) => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(400), { maxLength: 5 }), (body, cuts) => {
        const whole = createStreamTap(api);
        whole.push(body);
        whole.end();
        const pieces = createStreamTap(api);
        let from = 0;
        for (const cut of cuts.sort((one, other) => one - other)) {
          pieces.push(body.subarray(from, cut));
          from = Math.max(from, Math.min(cut, body.length));
        }
        pieces.push(body.subarray(from));
        pieces.end();
        expect(pieces.summary).toEqual(whole.summary);
        expect(pieces.events).toBe(whole.events);

        // What leaves of it: a garbled event that clients would act on stays behind.
        const sent = createStreamTap(api);
        const left = sent.mustAdmit(body) ? body.subarray(0, sent.admit(body)) : body;
        if (left === body) sent.push(body);
        sent.end();
        const told = Buffer.concat([left, sent.closing(FAILURE)]);
        const reader = createStreamTap(api);
        reader.push(told);
        reader.end();
        // The tap reads nothing behind what it has found to be broken; a client passes over that.
        const isRead = reader.terminal || reader.breach !== undefined;
        if (!sent.terminal && api === 'responses') expect(isRead).toBe(true);
        expect(() => JSON.stringify(collectOutput(told, api))).not.toThrow();
        expect(() => summarizeJsonAnswer(body, api)).not.toThrow();
      }),
      runs(350),
    );
  },
);

it.each(APIS)('an event of %s that is 100,000 levels deep is passed over or read, not fallen over', (api) => {
  const deep = `${'{"response":{"output":['.repeat(50_000)}1${']}}'.repeat(50_000)}`;
  const tap = createStreamTap(api);
  tap.push(
    Buffer.from(
      `data: ${deep}\n\ndata: {"type":"response.completed","choices":${deep},"response":${deep}}\n\n`,
    ),
  );
  tap.end();
  expect(() => collectOutput(Buffer.from(`data: ${deep}\n\n`), api)).not.toThrow();
  expect(() => summarizeJsonAnswer(Buffer.from(deep), api)).not.toThrow();
});
