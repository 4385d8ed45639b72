import { expect } from 'vitest';
import type { ClientSees, Fault } from './fault.ts';
import { lastRequest } from './messages.ts';
import { parseAnswers, type RawAnswer } from './parse-answers.ts';
import type { Step } from './play-steps.ts';
import { stageFault } from './stage-fault.ts';

const ASK_ONCE: readonly Step[] = [{ send: lastRequest() }, 'left'];

const lastEventOf = (body: Buffer): unknown => {
  const data = body.toString().trimEnd().split('\n').at(-1)?.replace('data: ', '') ?? '';
  return JSON.parse(data);
};

/** Sees that an answer is what its client should get. */
export const expectAnswer = (answer: RawAnswer | undefined, sees: ClientSees): void => {
  expect({ status: answer?.status, broken: answer && !answer.whole }).toEqual({
    status: sees.status,
    broken: sees.broken === true,
  });
  if (!answer) return;
  if (sees.origin) {
    expect(answer.headers['x-gomodel-error-origin']).toBe(sees.origin);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      error: { code: sees.code, message: expect.stringMatching(/^gomodel-ts: /) },
    });
  } else if (sees.code) {
    const error = { code: sees.code, message: expect.any(String) };
    const event = lastEventOf(answer.body) as { type?: string };
    expect(event).toMatchObject(
      event.type === 'response.failed' ? { response: { status: 'failed', error } } : { error },
    );
  }
  if (sees.body !== undefined) expect(answer.body.equals(Buffer.from(sees.body))).toBe(true);
};

/** Plays a fault of somebody who speaks HTTP. */
export const holdAgainst = (fault: Fault, limitMs?: number): Promise<void> =>
  stageFault(fault, {
    client: ASK_ONCE,
    limitMs,
    look: ({ client }) => {
      const { client: sees } = fault.expect;
      if (sees.length === 0) return;
      const seen = parseAnswers(client.received());
      const text = client.received().toString('latin1').slice(0, 400);
      expect(seen.length, `answers: ${text}`).toBe(sees.length);
      for (const [index, one] of sees.entries()) expectAnswer(seen[index], one);
    },
  });
