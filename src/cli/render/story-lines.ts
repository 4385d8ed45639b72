import { sumToolUses } from '../../admin/answers/turns/tool-uses.ts';
import type { ClientToolUse } from '../../admin/api-types/turns.ts';
import type { ExchangeRecord } from '../../log/port.ts';
import type { Story, StoryTurn } from '../sessions/read-story.ts';
import type { ChalkInstance } from './colour.ts';
import { wrapLine } from './fit-width.ts';
import { formatCost, formatDuration } from './format-figures.ts';
import { plainLine } from './plain-text.ts';
import { tailLine } from './tail/tail-line.ts';

export interface StoryStyle {
  /** Columns of the terminal; Infinity where nothing limits a line. */
  readonly columns: number;
  readonly colour: ChalkInstance;
}

/** Columns of what stands before the facts of a session. */
const LABEL = 9;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const distinct = (texts: readonly (string | undefined)[]): string =>
  [...new Set(texts.filter((text) => text !== undefined))].join(', ');

const endOf = ({ startedAt, durationMs }: ExchangeRecord): number =>
  Date.parse(startedAt) + (durationMs ?? 0);

const spanOf = (records: readonly ExchangeRecord[]): number =>
  Math.max(...records.map(endOf)) - Date.parse(records[0]?.startedAt ?? '');

const costOf = ({ lines }: StoryTurn): number | undefined => {
  const costs = lines.map(({ costUsd }) => costUsd).filter((cost) => cost !== undefined);
  return costs.length > 0 ? costs.reduce((sum, cost) => sum + cost, 0) : undefined;
};

const headOf = (story: Story): (readonly [label: string, value: string])[] => {
  const records = story.turns.flatMap(({ lines }) => lines.map(({ record }) => record));
  const files = new Set(story.turns.flatMap((turn) => turn.files));
  const clients = distinct(
    records.map(({ client: { name, version } }) => (name && version ? `${name} ${version}` : name)),
  );
  const facts = [
    plural(records.length, 'request'),
    ...(story.costUsd === undefined ? [] : [formatCost(story.costUsd)]),
    ...(story.inputTokens > 0
      ? [`${Math.round((100 * story.cachedTokens) / story.inputTokens)}% cached`]
      : []),
    ...(files.size > 0 ? [`${plural(files.size, 'file')} changed`] : []),
    ...(story.failed > 0 ? [`${story.failed} failed`] : []),
  ];
  const began = new Date(records[0]?.startedAt ?? 0).toLocaleString('sv-SE');
  return [
    ['session', story.sessionId],
    ['began', `${began}, ${formatDuration(spanOf(records))} in all`],
    ['with', [clients, distinct(records.map(({ model }) => model))].filter(Boolean).join(' · ')],
    ['used', facts.join(' · ')],
  ];
};

/** From the end of each answer that called tools to the request that brought what they gave back. */
const toolTimeOf = (records: readonly ExchangeRecord[]): number =>
  records.reduce((sum, record, place) => {
    const next = records[place + 1];
    if (!next || record.response.toolCalls === undefined) return sum;
    return sum + Math.max(0, Date.parse(next.startedAt) - endOf(record));
  }, 0);

const describeUse = ({ tool, decision, decided_by: by, success, duration_ms: ms }: ClientToolUse): string =>
  [
    `tool: ${plainLine(tool)}`,
    decision && plainLine(by === undefined ? decision : `${decision} by ${by}`),
    success !== undefined && (success ? 'ran' : 'failed'),
    ms !== undefined && `in ${formatDuration(ms)}`,
  ]
    .filter(Boolean)
    .join(' ');

const factsOfUses = (uses: readonly ClientToolUse[]): string[] => {
  const { asked, denied } = sumToolUses(uses);
  return [...(asked > 0 ? [`asked ${asked}×`] : []), ...(denied > 0 ? [`${denied} denied`] : [])];
};

const turnLines = (turn: StoryTurn, modelLength: number, { columns, colour }: StoryStyle): string[] => {
  const records = turn.lines.map(({ record }) => record);
  const cost = costOf(turn);
  const outsideMs = toolTimeOf(records);
  const facts = [
    plural(records.length, 'request'),
    formatDuration(spanOf(records)),
    ...(cost === undefined ? [] : [formatCost(cost)]),
    ...(outsideMs > 0 ? [`tools ${formatDuration(outsideMs)}`] : []),
    ...factsOfUses(turn.uses),
  ];
  const prompt = wrapLine(`> ${plainLine(turn.prompt ?? '(nothing was asked)')}`, columns);
  const rows = turn.lines.map(({ record, costUsd }) => {
    const isRunning = record.durationMs === undefined && record.response.finish === undefined;
    return tailLine(record, {
      ...{ width: columns, colour },
      watched: { costUsd, modelLength },
      ...(isRunning && { runningForMs: 0 }),
    });
  });
  const uses = turn.uses.flatMap((use) => wrapLine(describeUse(use), columns));
  const files =
    turn.files.length === 0 ? [] : wrapLine(`changed: ${turn.files.map(plainLine).join('  ')}`, columns);
  return [
    '',
    ...prompt.map((line) => colour.bold(line)),
    ...rows,
    ...uses.map((line) => colour.dim(line)),
    ...files.map((line) => colour.green(line)),
    colour.dim(facts.join(' · ')),
  ];
};

/** A session told in its prompts: each with its exchanges, what they cost, how long they took and what they changed. */
export const storyLines = (story: Story, style: StoryStyle): string[] => {
  const models = story.turns.flatMap(({ lines }) => lines.map(({ record }) => record.model?.length ?? 0));
  const modelLength = Math.max(0, ...models);
  return [
    ...headOf(story).flatMap(([label, value]) => {
      const [first = '', ...rest] = wrapLine(' '.repeat(LABEL) + plainLine(value), style.columns);
      return [label.padEnd(LABEL) + first.slice(LABEL), ...rest];
    }),
    ...story.turns.flatMap((turn) => turnLines(turn, modelLength, style)),
  ];
};
