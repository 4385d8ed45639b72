/**
 * What people have Codex do, written by hand: the text that the fixture's sessions are made of.
 * A step is one request: what is new in it, and what the model answers.
 */
export interface Call {
  name: string;
  /** JSON, or the raw input where `custom`. */
  arguments: string;
  custom?: boolean;
  /** What the tool gave back, sent with the next step. */
  output: string;
  failed?: boolean;
  /** A data URL that came back beside the text. */
  image?: string;
}

export interface Step {
  user?: string;
  reasoning?: string;
  say?: string;
  calls?: Call[];
}

export interface Scenario {
  title: string;
  steps: Step[];
}

const shell = (cmd: string, output: string, exitCode = 0, seconds = 0.1): Call => ({
  name: 'exec_command',
  arguments: JSON.stringify({ cmd, workdir: '/home/ada/ledger', yield_time_ms: 1000 }),
  output: `Chunk ID: 4f1c2a\nWall time: ${seconds.toFixed(4)} seconds\nProcess exited with code ${exitCode}\nOriginal token count: ${Math.ceil(output.length / 4)}\nOutput:\n${output}`,
  ...(exitCode === 0 ? {} : { failed: true }),
});

const patch = (input: string): Call => ({
  name: 'apply_patch',
  custom: true,
  arguments: input,
  output: `Success. Updated the following files:\n${[...input.matchAll(/^\*\*\* (Add|Update|Delete) File: (.+)$/gm)].map(([, verb, file]) => `${verb?.charAt(0)} ${file}`).join('\n')}\n`,
});

const plan = (...steps: Array<[string, string]>): Call => ({
  name: 'update_plan',
  arguments: JSON.stringify({ plan: steps.map(([status, step]) => ({ step, status })) }),
  output: 'Plan updated',
});

/** A picture of 96 × 64 pixels, drawn here: a bar chart in two colours. */
const SCREENSHOT =
  'data:image/svg+xml;base64,' +
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="300"><rect width="480" height="300" fill="#f3f4f6"/><g fill="#0f766e"><rect x="40" y="160" width="48" height="110"/><rect x="120" y="110" width="48" height="160"/><rect x="200" y="60" width="48" height="210"/><rect x="280" y="130" width="48" height="140"/><rect x="360" y="90" width="48" height="180"/></g><path d="M40 120 L144 80 L224 40 L304 100 L400 50" stroke="#b45309" stroke-width="6" fill="none"/></svg>',
  ).toString('base64');

const TEST_OUTPUT = [
  '> ledger@2.4.0 test',
  '> vitest run',
  '',
  ' RUN  v4.1.11 /home/ada/ledger',
  '',
  ...[
    'accounts',
    'balances',
    'currency',
    'entries',
    'exports',
    'imports',
    'journal',
    'periods',
    'reports',
    'rounding',
  ].map((name, index) => ` ✓ test/${name}.test.ts (${12 + index * 3} tests) ${20 + index * 7}ms`),
  ' ❯ test/retry.test.ts (9 tests | 1 failed) 1043ms',
  '   × waits twice as long after each attempt 1012ms',
  '     → expected 3 to be 4 // Object.is equality',
  '',
  '⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯',
  '',
  ' FAIL  test/retry.test.ts > waits twice as long after each attempt',
  'AssertionError: expected 3 to be 4 // Object.is equality',
  '',
  '- Expected',
  '+ Received',
  '',
  '- 4',
  '+ 3',
  '',
  ' ❯ test/retry.test.ts:48:23',
  '     46|   await vi.advanceTimersByTimeAsync(700);',
  '     47|   // 100 + 200 + 400: the fourth attempt is due at 700 ms',
  '     48|   expect(attempts).toBe(4);',
  '       |                    ^',
  '     49| });',
  '',
  ' Test Files  1 failed | 10 passed (11)',
  '      Tests  1 failed | 218 passed (219)',
  '   Duration  3.41s',
].join('\n');

const RETRY_SOURCE = `export const retry = async <T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> => {
  const { attempts = 4, firstDelayMs = 100 } = options;
  let delay = firstDelayMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts) throw error;
      await sleep(delay * Math.random() * 2);
      delay *= 2;
    }
  }
};`;

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'The retry test fails once in about ten runs. Find out why and fix it.',
    steps: [
      {
        user: 'The retry test fails once in about ten runs. Find out why and fix it. Do not just raise the timeout.',
        reasoning:
          '**Looking for the flaky test**\n\nI should run the suite first to see the failure as it is, then read the helper that the test drives.',
        calls: [shell('npm test 2>&1 | tail -60', TEST_OUTPUT, 1, 3.62)],
      },
      {
        reasoning:
          '**Reading the helper**\n\nThe fourth attempt is due at 700 ms, so either the delays are longer than the test thinks, or they are not deterministic.',
        calls: [
          shell("sed -n '1,80p' src/retry.ts", RETRY_SOURCE),
          shell(
            "rg -n 'Math.random' src test",
            'src/retry.ts:10:      await sleep(delay * Math.random() * 2);',
          ),
        ],
      },
      {
        say: 'The delay is multiplied by `Math.random() * 2`, so it lies anywhere between nothing and twice the value. The test assumes exactly 100, 200 and 400 ms. I will make the jitter a parameter that the test can pin.',
        calls: [
          plan(
            ['completed', 'Reproduce the failure'],
            ['in_progress', 'Make the jitter injectable'],
            ['pending', 'Pin it in the test, and test the bounds of the default'],
            ['pending', 'Run the suite fifty times'],
          ),
        ],
      },
      {
        calls: [
          patch(`*** Begin Patch
*** Update File: src/retry.ts
@@
-export const retry = async <T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> => {
-  const { attempts = 4, firstDelayMs = 100 } = options;
+/** Full jitter around the delay: from half of it to one and a half. */
+const fullJitter = (delayMs: number): number => delayMs * (0.5 + Math.random());
+
+export const retry = async <T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> => {
+  const { attempts = 4, firstDelayMs = 100, jitter = fullJitter } = options;
   let delay = firstDelayMs;
   for (let attempt = 1; ; attempt++) {
@@
       if (attempt === attempts) throw error;
-      await sleep(delay * Math.random() * 2);
+      await sleep(jitter(delay));
       delay *= 2;
*** Update File: test/retry.test.ts
@@
-  const result = retry(failing, { attempts: 4 });
+  const result = retry(failing, { attempts: 4, jitter: (delayMs) => delayMs });
   await vi.advanceTimersByTimeAsync(700);
*** Add File: test/jitter.test.ts
+import { expect, test } from 'vitest';
+import { fullJitter } from '../src/retry.ts';
+
+test('never waits less than half of the delay', () => {
+  for (let run = 0; run < 1000; run++) expect(fullJitter(100)).toBeGreaterThanOrEqual(50);
+});
*** End Patch`),
        ],
      },
      {
        reasoning: '**Exporting it**\n\nThe new test imports `fullJitter`, which is not exported yet.',
        calls: [
          shell("sed -i 's/^const fullJitter/export const fullJitter/' src/retry.ts && npx tsc --noEmit", ''),
          shell(
            'for i in $(seq 50); do npx vitest run test/retry.test.ts test/jitter.test.ts --reporter=dot || break; done 2>&1 | tail -5',
            ' Test Files  2 passed (2)\n      Tests  10 passed (10)\n   Duration  402ms',
            0,
            24.8,
          ),
        ],
      },
      {
        say: `The test was flaky because **the delay itself was random**: \`delay * Math.random() * 2\` is anything from 0 to twice the delay, and the test counted on exactly 100, 200 and 400 ms.

What I changed:

1. \`src/retry.ts\`: the jitter is now a parameter with a default, \`fullJitter\`, which stays between half and one and a half of the delay.
2. \`test/retry.test.ts\`: pins the jitter, so the fourth attempt is due at exactly 700 ms.
3. \`test/jitter.test.ts\`: checks the lower bound of the default.

| check | result |
| --- | --- |
| \`tsc --noEmit\` | clean |
| both tests, 50 runs | 50 passed |
| whole suite | 219 passed |

The old formula could also retry **without any pause at all**, which is worth knowing if you saw bursts against the bank's API. See [exponential backoff](https://en.wikipedia.org/wiki/Exponential_backoff).`,
      },
    ],
  },
  {
    title: 'Add a --json flag to the report command',
    steps: [
      {
        user: 'Add a `--json` flag to `ledger report`. One object per line, amounts as strings. Keep the table as the default.',
        calls: [
          shell(
            'rg --files src/cli | head -40',
            'src/cli/main.ts\nsrc/cli/report.ts\nsrc/cli/table.ts\nsrc/cli/import.ts',
          ),
          shell(
            'cat src/cli/report.ts',
            "import { Command } from 'commander';\nimport { loadJournal } from '../journal.ts';\nimport { printTable } from './table.ts';\n\nexport const report = new Command('report')\n  .argument('<period>')\n  .action(async (period: string) => {\n    const journal = await loadJournal();\n    printTable(journal.balances(period));\n  });",
          ),
        ],
      },
      {
        reasoning:
          '**Deciding where amounts become strings**\n\n`balances()` yields bigint cents. `JSON.stringify` throws on bigint, so the conversion must be explicit.',
        calls: [
          patch(`*** Begin Patch
*** Update File: src/cli/report.ts
@@
   .argument('<period>')
-  .action(async (period: string) => {
+  .option('--json', 'one JSON object per line, amounts as strings')
+  .action(async (period: string, options: { json?: boolean }) => {
     const journal = await loadJournal();
-    printTable(journal.balances(period));
+    const balances = journal.balances(period);
+    if (!options.json) return printTable(balances);
+    for (const { account, amount } of balances) {
+      process.stdout.write(\`\${JSON.stringify({ account, amount: formatCents(amount) })}\\n\`);
+    }
   });
*** End Patch`),
        ],
      },
      {
        calls: [
          shell(
            'npx tsc --noEmit',
            "src/cli/report.ts(14,62): error TS2304: Cannot find name 'formatCents'.",
            2,
            2.3,
          ),
        ],
      },
      {
        calls: [
          patch(`*** Begin Patch
*** Update File: src/cli/report.ts
@@
 import { printTable } from './table.ts';
+import { formatCents } from '../currency.ts';
*** End Patch`),
          shell(
            'npx tsc --noEmit && node src/cli/main.ts report 2026-10 --json | head -3',
            '{"account":"assets:bank","amount":"10412.55"}\n{"account":"assets:cash","amount":"86.20"}\n{"account":"expenses:food","amount":"612.09"}',
            0,
            2.9,
          ),
        ],
      },
      {
        say: 'Done. `ledger report 2026-10 --json` prints one object per line:\n\n```json\n{"account":"assets:bank","amount":"10412.55"}\n{"account":"assets:cash","amount":"86.20"}\n```\n\nAmounts are strings because the journal keeps them as `bigint` cents, and a JSON number would lose cents above 90 trillion. The table stays the default.',
      },
      {
        user: 'Also make it stop quietly when the reader closes the pipe (`| head`).',
        calls: [
          patch(`*** Begin Patch
*** Update File: src/cli/main.ts
@@
 import { program } from './program.ts';

+// \`ledger report --json | head\`: a reader that has seen enough is no error.
+process.stdout.on('error', (error: NodeJS.ErrnoException) => {
+  if (error.code === 'EPIPE') process.exit(0);
+  throw error;
+});
+
 await program.parseAsync();
*** End Patch`),
        ],
      },
      {
        calls: [
          shell(
            'node src/cli/main.ts report 2026 --json | head -1; echo done',
            '{"account":"assets:bank","amount":"98120.01"}\ndone',
          ),
        ],
      },
      { say: 'It now ends with exit code 0 and prints nothing to stderr when the pipe closes early.' },
    ],
  },
  {
    title: 'Why does the import of a year take forty seconds?',
    steps: [
      {
        user: 'Why does the import of a year take forty seconds? Measure before you change anything.',
        reasoning:
          '**Profiling the import**\n\nA CPU profile of the real command is the quickest way to an answer.',
        calls: [
          shell(
            'node --cpu-prof --cpu-prof-dir=/tmp/prof src/cli/main.ts import fixtures/2025.csv',
            'imported 41,208 entries in 39.8 s',
            0,
            40.4,
          ),
        ],
      },
      {
        calls: [
          shell(
            'node scripts/top-frames.mjs /tmp/prof/*.cpuprofile',
            '  self%  function            location\n  81.2   findDuplicate       src/import/duplicates.ts:22\n   6.4   parseLine           src/import/csv.ts:41\n   3.1   (garbage collector)\n   2.0   formatCents         src/currency.ts:9',
          ),
          shell(
            "sed -n '15,40p' src/import/duplicates.ts",
            'export const findDuplicate = (entries: readonly Entry[], candidate: Entry): Entry | undefined =>\n  entries.find(\n    (entry) =>\n      entry.date === candidate.date &&\n      entry.amount === candidate.amount &&\n      normalise(entry.text) === normalise(candidate.text),\n  );',
          ),
        ],
      },
      {
        say: '81% of the time is `findDuplicate`: a linear search through all earlier entries for each new one, so the work grows with the square of the file. A map by date and amount makes it linear.',
        calls: [
          patch(`*** Begin Patch
*** Update File: src/import/duplicates.ts
@@
-export const findDuplicate = (entries: readonly Entry[], candidate: Entry): Entry | undefined =>
-  entries.find(
-    (entry) =>
-      entry.date === candidate.date &&
-      entry.amount === candidate.amount &&
-      normalise(entry.text) === normalise(candidate.text),
-  );
+const keyOf = (entry: Entry): string => \`\${entry.date}|\${entry.amount}|\${normalise(entry.text)}\`;
+
+/** Entries by what makes two of them the same: O(1) a lookup, where a search through all was O(n). */
+export const createDuplicateIndex = (entries: readonly Entry[]): DuplicateIndex => {
+  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
+  return {
+    find: (candidate) => byKey.get(keyOf(candidate)),
+    add: (entry) => byKey.set(keyOf(entry), entry),
+  };
+};
*** Update File: src/import/import.ts
@@
-  for (const entry of parsed) {
-    if (findDuplicate(entries, entry)) continue;
+  const index = createDuplicateIndex(entries);
+  for (const entry of parsed) {
+    if (index.find(entry)) continue;
+    index.add(entry);
     entries.push(entry);
   }
*** End Patch`),
        ],
      },
      {
        calls: [
          shell(
            'time node src/cli/main.ts import fixtures/2025.csv',
            'imported 41,208 entries in 0.9 s\n\nreal\t0m1.42s',
            0,
            1.5,
          ),
          {
            name: 'view_image',
            arguments: JSON.stringify({ path: '/home/ada/ledger/out/import-times.png' }),
            output: '',
            image: SCREENSHOT,
          },
        ],
      },
      {
        say: 'From **39.8 s to 0.9 s** for 41,208 entries. The chart shows the time for each month before (line) and after (bars, scaled by 40).\n\n> The result is identical: I compared the journals of both versions byte for byte.',
      },
    ],
  },
  {
    title: 'Upgrade the HTTP client to the new major version',
    steps: [
      {
        user: 'Upgrade the HTTP client to the new major version and fix what breaks.',
        calls: [shell('npm ls undici && npm view undici version', 'ledger@2.4.0\n└── undici@6.21.0\n7.30.2')],
      },
      {
        calls: [
          shell(
            'npm i undici@7 && npx tsc --noEmit',
            "src/bank/client.ts(31,5): error TS2353: Object literal may only specify known properties, and 'throwOnError' does not exist in type 'RequestOptions'.",
            2,
            9.1,
          ),
        ],
      },
      {
        reasoning:
          '**A removed option**\n\n`throwOnError` went away in version 7; the interceptor `responseError` replaces it.',
        calls: [
          patch(`*** Begin Patch
*** Update File: src/bank/client.ts
@@
-import { request } from 'undici';
+import { Agent, interceptors, request } from 'undici';
+
+const dispatcher = new Agent().compose(interceptors.responseError());
@@
-    throwOnError: true,
+    dispatcher,
*** End Patch`),
          shell(
            'npx tsc --noEmit && npm test 2>&1 | tail -4',
            ' Test Files  11 passed (11)\n      Tests  219 passed (219)',
            0,
            6.2,
          ),
        ],
      },
      {
        say: 'undici 7.30.2 is in. `throwOnError` is gone in version 7; the `responseError` interceptor does the same. All 219 tests pass.',
      },
    ],
  },
];
