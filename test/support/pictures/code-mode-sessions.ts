import type { Step } from '../upstream/responses-stream.ts';
import type { PlayedSession } from './play-sessions.ts';

/** What is in the working folder before the first prompt: a helper, and a test of it that fails. */
export const FILES: Readonly<Record<string, string>> = {
  'retry.mjs': `import { setTimeout } from 'node:timers/promises';

export const retry = async (ask, attempts = 3) => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      return await ask(attempt);
    } catch (error) {
      if (attempt === attempts) throw error;
      await setTimeout(2 ** attempt);
    }
  }
};
`,
  'retry.test.mjs': `import assert from 'node:assert';
import { test } from 'node:test';
import { retry } from './retry.mjs';

test('throws the last error', async () => {
  await assert.rejects(retry(() => Promise.reject(new Error('busy'))), /busy/);
});
`,
};

const FIX = `*** Begin Patch
*** Update File: retry.mjs
@@
-  for (let attempt = 0; attempt < attempts; attempt++) {
+  for (let attempt = 1; ; attempt++) {
     try {
       return await ask(attempt);
     } catch (error) {
*** End Patch`;

const DOCUMENT = `*** Begin Patch
*** Add File: NOTES.md
+# retry
+
+Calls \`ask(attempt)\` until it resolves, with a pause of jitter between attempts.
+The last error is thrown unchanged.
*** End Patch`;

const script = (...lines: readonly string[]): readonly Step[] => [
  { reasoning: 'sealed' },
  { custom: 'exec', input: lines.join('\n') },
];

export const FIXING: PlayedSession = {
  prompt: 'The test of retry.mjs fails. Find out why, and fix it.',
  steps: [
    script(
      'const [status, source, tests] = await Promise.all([',
      '  tools.exec_command({ cmd: "git status --short" }),',
      '  tools.exec_command({ cmd: "cat retry.mjs" }),',
      '  tools.exec_command({ cmd: "cat retry.test.mjs" }),',
      ']);',
      'text({ status, source, tests });',
    ),
    script('text(await tools.exec_command({ cmd: "node --test --test-reporter=dot" }));'),
    script(
      `const patch = ${JSON.stringify(FIX)};`,
      'text(await tools.apply_patch(patch));',
      'text(await tools.exec_command({ cmd: "node --test --test-reporter=dot" }));',
    ),
    [
      {
        text: 'The loop ended before the last error was thrown: attempts were counted from **zero**, and `attempt === attempts` never held.\n\n- `retry.mjs` counts from one now\n- `node --test` passes',
      },
    ],
  ],
};

export const DOCUMENTING: PlayedSession = {
  prompt: 'Write a short NOTES.md on how to use it, with a word on jitter.',
  steps: [
    script(
      `text(await tools.apply_patch(${JSON.stringify(DOCUMENT)}));`,
      'text(await tools.exec_command({ cmd: "wc -w NOTES.md; grep -n jitter *" }));',
    ),
    [{ text: 'Added `NOTES.md`: what `retry` does, and that its pauses have *jitter*.' }],
  ],
};
