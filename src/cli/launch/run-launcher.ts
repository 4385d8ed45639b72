import process from 'node:process';
import { createPricing } from '../../admin/cost/create-pricing.ts';
import { createId } from '../../base/ids.ts';
import { systemClock } from '../../base/time/clock.ts';
import { composeUpstreams } from '../../server/compose/compose-upstreams.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { createRunSummary } from '../render/run-summary.ts';
import type { LaunchFlags } from './launch-flags.ts';
import type { RunGateway } from './run-gateway.ts';
import { showStory } from './show-story.ts';
import { summarizeRun } from './summarize-run.ts';

export interface Launch {
  readonly flags: LaunchFlags;
  readonly gateway: RunGateway;
  /** Runs the program to its end. @returns its exit code */
  readonly run: (runId: string) => Promise<number>;
}

/** Runs a program through a gateway, shows its story where that is wanted, and sums the run up in one line. */
export const runLauncher = async (
  { flags, gateway, run }: Launch,
  context: CommandContext,
): Promise<void> => {
  const { stderr, env } = context;
  const startedAtMs = systemClock.now();
  const runId = createId('run', startedAtMs);
  const story = flags.open ? showStory(gateway, { runId, startedAtMs }, context) : undefined;
  let trouble: string | undefined;
  try {
    process.exitCode = await run(runId);
  } finally {
    trouble = await story?.end();
    await gateway.close();
  }
  const { dataDir } = gateway.config;
  const { upstreams, chatgpt } = composeUpstreams(gateway.config, undefined);
  const pricing = createPricing(dataDir, [...upstreams, chatgpt]);
  const summary = await summarizeRun(dataDir, runId, startedAtMs, pricing);
  if (trouble !== undefined) stderr.write(trouble);
  if (summary.turns === 0) return;
  stderr.write(
    createRunSummary(summary, gateway.runsOn ? gateway.url : undefined, createColour(stderr, env)),
  );
};
