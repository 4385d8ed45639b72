import type { RecordedRequest } from '../upstream/recorded-request.ts';
import { responsesStream, type Step } from '../upstream/responses-stream.ts';
import type { Answer } from '../upstream/script.ts';

/** What is asked, and what the model does about it, step by step. */
export interface PlayedSession {
  readonly prompt: string;
  readonly steps: readonly (readonly Step[])[];
}

const PATCH = `*** Begin Patch
*** Add File: retry.mjs
+import { setTimeout } from 'node:timers/promises';
+
+/** Asks again, after longer and longer pauses. */
+export const retry = async (ask, attempts = 3) => {
+  for (let attempt = 1; ; attempt++) {
+    try {
+      return await ask(attempt);
+    } catch (error) {
+      if (attempt === attempts) throw error;
+      await setTimeout(10 * 2 ** attempt);
+    }
+  }
+};
*** Add File: retry.test.mjs
+import assert from 'node:assert';
+import { test } from 'node:test';
+import { retry } from './retry.mjs';
+
+test('asks again until it is answered', async () => {
+  const answer = await retry(async (attempt) => (attempt < 3 ? assert.fail() : attempt));
+  assert.equal(answer, 3);
+});
*** End Patch`;

const exec = (cmd: string): readonly Step[] => [
  { reasoning: 'sealed' },
  { call: 'exec_command', arguments: { cmd } },
];

export const PATCHING: PlayedSession = {
  prompt: 'Write a retry helper with exponential pauses, and a test for it.',
  steps: [
    exec('git status --short --branch; cat hello.txt'),
    [{ reasoning: 'sealed' }, { custom: 'apply_patch', input: PATCH }],
    exec('node --test'),
    [
      {
        text: 'Added `retry.mjs` with a test beside it.\n\n- **Pauses** double with each attempt: 20 ms, 40 ms, …\n- The last error is thrown as it is, so that its stack stays readable.\n\n`node --test` passes.',
      },
    ],
  ],
};

export const READING: PlayedSession = {
  prompt: 'What is in this repository?',
  steps: [
    exec('ls; cat hello.txt'),
    [{ text: 'One file, `hello.txt`, and it says *hello*. Nothing has been committed yet.' }],
  ],
};

const BYTES_OF_A_TOKEN = 4;

interface Item {
  readonly type?: string;
}

/** How many calls have been answered since the prompt was given. */
const countResults = (input: readonly Item[], prompt: string): number => {
  const since = input.findLastIndex((item) => JSON.stringify(item).includes(prompt));
  return input.slice(since + 1).filter(({ type }) => type?.endsWith('_call_output')).length;
};

/**
 * Answers as the model of these sessions would, at the size that each request has.
 * @param sessions the last one whose prompt is in a request is the one that it belongs to
 */
export const createPlayer = (
  sessions: readonly PlayedSession[] = [READING, PATCHING],
): ((request: RecordedRequest, index: number) => Answer) => {
  const lastInput = new Map<PlayedSession, number>();
  return (request, index) => {
    const text = request.body.toString();
    const session = sessions.findLast(({ prompt }) => text.includes(prompt)) ?? READING;
    const { input, model } = request.json() as { readonly input: readonly Item[]; readonly model: string };
    const inputTokens = Math.round(text.length / BYTES_OF_A_TOKEN);
    const cachedTokens = Math.floor((lastInput.get(session) ?? 0) / 128) * 128;
    lastInput.set(session, inputTokens);
    const steps = session.steps[countResults(input, session.prompt)] ?? [];
    const outputTokens = 40 + Math.round(JSON.stringify(steps).length / BYTES_OF_A_TOKEN);
    const usage = { inputTokens, cachedTokens, outputTokens, reasoningTokens: 32 };
    const events = responsesStream(steps, { id: `resp_${index}`, model, usage });
    return { kind: 'sse', events, pauseMs: 60 };
  };
};
