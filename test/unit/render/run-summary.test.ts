import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { createRunSummary } from '../../../src/cli/render/run-summary.ts';

const colour = new Chalk({ level: 0 });
const RUN = {
  turns: 12,
  failed: 0,
  inputTokens: 100_000,
  cachedTokens: 91_000,
  outputTokens: 4_200,
  costUsd: 0.31,
  files: 2,
  sessionId: '0199a b',
};

it('ends a run in one line, with the story on the page of a gateway that runs on', () => {
  expect(createRunSummary(RUN, 'http://localhost:8080', colour)).toBe(
    '\ngomodel-ts  12 requests · $0.31 · 91% cached · 2 files changed · story: http://localhost:8080/admin/dashboard/sessions?session=0199a%20b\n',
  );
});

it('counts tokens where no price is known, and names a command where the gateway has ended', () => {
  const run = { ...RUN, turns: 1, failed: 1, costUsd: undefined, files: 0, sessionId: undefined };
  expect(createRunSummary(run, undefined, colour)).toBe(
    '\ngomodel-ts  1 request · 100k tokens in, 4.2k out · 91% cached · 1 failed · story: npx gomodel-ts logs -n 1\n',
  );
});
