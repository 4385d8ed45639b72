import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/base/json-object.ts';
import { createStreamTap } from '../../src/sse/create-stream-tap.ts';
import { runs } from '../support/fuzz/budget.ts';
import { type ChatForm, chatStream, readChatAsClient, spoiledChat } from '../support/streams/chat-stream.ts';
import { readSse } from '../support/streams/read-sse.ts';

const FAILURE = { code: 'upstream_answer_unreadable', message: 'broken', atMs: 0 };

/** What leaves of a body that comes in pieces of this length, when its upstream has closed it. */
const relay = (body: Buffer, length: number): Buffer => {
  const tap = createStreamTap('chat');
  const left: Buffer[] = [];
  for (let at = 0; at < body.length && !tap.breach(); at += length) {
    const chunk = body.subarray(at, at + length);
    if (tap.mustAdmit(chunk)) left.push(chunk.subarray(0, tap.admit(chunk)));
    else {
      left.push(chunk);
      tap.push(chunk);
    }
  }
  tap.end();
  const isWhole = tap.terminal && !tap.breach();
  return Buffer.concat([...left, isWhole ? Buffer.alloc(0) : tap.closing(FAILURE)]);
};

const FORMS: ChatForm[] = (['own', 'same', 'none'] as const).flatMap((index) =>
  [true, false].flatMap((repeatsId) => [true, false].map((hasDone) => ({ index, repeatsId, hasDone }))),
);

describe.each(FORMS)('K2: a native chat stream with %o', (form) => {
  it('passes byte for byte where nothing spoiled it, wherever it is split', () => {
    const body = Buffer.from(chatStream('one', form).join(''));
    for (const length of [1, 2, 3, 7, 100, 1000, body.length]) {
      expect(relay(body, length).equals(body)).toBe(true);
    }
  });
});

describe.each(FORMS.filter(({ index }) => index === 'own'))('K2: a native chat stream with %o', (form) => {
  it('never ends as whole with a call whose arguments are not', () => {
    fc.assert(
      fc.property(spoiledChat(form), fc.constantFrom(1, 5, 64, 700, 100_000), (text, length) => {
        const events = readSse(relay(Buffer.from(text), length)).map(({ data }) => data);
        const { end, calls, reason } = readChatAsClient(events);
        if (end === 'failed') return;
        // Without a reason, OpenAI's client throws where the stream is closed.
        if (end === 'closed' && reason === undefined) return;
        for (const json of calls) if (json !== '') expect(parseJson(json), json).toBeTypeOf('object');
      }),
      runs(250),
    );
  });
});
