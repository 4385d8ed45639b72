import { Command } from 'commander';
import { createFindTitle } from '../../admin/answers/session-title.ts';
import { answerSessions } from '../../admin/answers/usage-sessions.ts';
import type { UsageSession } from '../../admin/api-types/usage.ts';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { LogReader } from '../../log/port.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { renderSessions } from '../render/session-rows.ts';
import { storyLines } from '../render/story-lines.ts';
import { screenOf } from '../render/tail/screen.ts';
import { readStory, type Story } from '../sessions/read-story.ts';
import { type PricedLog, readPricedLog } from '../usage/open-priced-log.ts';
import { withProgress } from '../with-progress.ts';
import { writeAll } from '../write-all.ts';

interface SessionsFlags {
  readonly lines: string;
  readonly days: string;
  readonly search?: string;
  readonly json?: true;
  readonly dataDir?: string;
}

const EXAMPLES = `
Examples:
  $ gomodel-ts sessions                      the last 20 sessions
  $ gomodel-ts sessions 0199a3f2             one session: its prompts, and what each led to
  $ gomodel-ts sessions --search gpt-5.5 --days 7
  $ gomodel-ts sessions --json | jq -c '{sessionId, title, totalCost}'
`;

const MAX_LINES = 200;

const countOf = (flag: string, text: string, most: number): string => {
  const count = Number(text);
  if (/^\d{1,6}$/.test(text) && count >= 1 && count <= most) return text;
  throw new GatewayError('invalid_usage', `${flag} takes a number from 1 to ${most}, not "${text}".`);
};

/** @throws GatewayError command_failed where no session begins so */
const findSession = async (log: LogReader, prefix: string): Promise<string> => {
  const { records } = await log.page({ filter: { session: prefix } }, { limit: 1 });
  const { sessionId, threadId } = records[0]?.client ?? {};
  const found = [sessionId, threadId].find((id) => id?.startsWith(prefix));
  if (found !== undefined) return found;
  throw new GatewayError(
    'command_failed',
    `the log has no session whose id starts with ${prefix} (at least 8 characters). \`gomodel-ts sessions\` lists them.`,
  );
};

const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

/** As the API has it, in the spelling of `logs --json`; only ever extended. */
const sessionJson = (session: UsageSession): string => {
  const fields = Object.entries(session).map(([name, value]) => [camelCase(name), value]);
  return `${JSON.stringify({ schemaVersion: 1, ...Object.fromEntries(fields) })}\n`;
};

const storyJson = (story: Story): string[] =>
  story.turns.map(
    ({ prompt, lines, files, uses }) =>
      `${JSON.stringify({
        ...{ schemaVersion: 1, sessionId: story.sessionId, prompt: prompt ?? null, files },
        ...(uses.length > 0 && {
          toolUses: uses.map((use) =>
            Object.fromEntries(Object.entries(use).map(([name, value]) => [camelCase(name), value])),
          ),
        }),
        exchanges: lines.map(({ record, costUsd }) => ({
          ...record,
          ...(costUsd !== undefined && { costUsd }),
        })),
      })}\n`,
  );

const showOne = async (
  prefix: string,
  flags: SessionsFlags,
  { log, pricing }: PricedLog,
  context: CommandContext,
): Promise<void> => {
  const { stdout, env } = context;
  const story = await withProgress('exchanges read', context, async ({ step }) =>
    readStory(log, await findSession(log, prefix), await pricing(), step, log.events),
  );
  const style = { columns: screenOf(stdout, env).columns, colour: createColour(stdout, env) };
  const texts = flags.json ? storyJson(story) : storyLines(story, style).map((line) => `${line}\n`);
  await writeAll(stdout, texts);
};

const list = async (
  flags: SessionsFlags,
  { dataDir, log, pricing }: PricedLog,
  context: CommandContext,
): Promise<void> => {
  const { stdout, stderr, env } = context;
  const query = new URLSearchParams({
    limit: countOf('--lines', flags.lines, MAX_LINES),
    days: countOf('--days', flags.days, 366),
    ...(flags.search !== undefined && { search: flags.search }),
  });
  const now = (): number => systemClock.now();
  const { entries } = await withProgress('sessions read', context, () =>
    answerSessions({ log, pricing, now, findTitle: createFindTitle(log) }, query),
  );
  if (flags.json) {
    await writeAll(stdout, entries.map(sessionJson));
    return;
  }
  if (entries.length === 0) {
    stderr.write(`No session in the last ${flags.days} days, according to the log in ${dataDir}.\n`);
    return;
  }
  const style = { columns: screenOf(stdout, env).columns, colour: createColour(stdout, env), nowMs: now() };
  stdout.write(renderSessions(entries, style));
};

const sessions = async (
  id: string | undefined,
  flags: SessionsFlags,
  context: CommandContext,
): Promise<void> =>
  readPricedLog(flags, context, (priced) =>
    id === undefined ? list(flags, priced, context) : showOne(id, flags, priced, context),
  );

/** `gomodel-ts sessions`: what was asked and what came of it, session by session. */
export const sessionsCommand = (context: CommandContext): Command =>
  new Command('sessions')
    .summary('list sessions, or show one prompt by prompt')
    .description(
      'Lists the sessions in the log, newest first. With an id, shows one session: each prompt with its requests, its cost and the files it changed.',
    )
    .argument('[id]', 'id of a session, or its first 8 characters')
    .option('-n, --lines <count>', 'how many of the newest to show', '20')
    .option('--days <count>', 'how many days to look back', '30')
    .option('--search <text>', 'only sessions whose id, models or clients contain this text')
    .option('--json', 'print one line of JSON per session; with an id, per prompt')
    .option('--data-dir <folder>', 'where the log is (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((id: string | undefined, flags: SessionsFlags) => sessions(id, flags, context));
