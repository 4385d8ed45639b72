import type { UsageSession } from '../../admin/api-types/usage.ts';
import type { ChalkInstance } from './colour.ts';
import { padLeft, padRight, truncate } from './fit-width.ts';
import { formatCost, formatCount } from './format-figures.ts';
import { plainLine } from './plain-text.ts';

export interface SessionStyle {
  /** Columns of the terminal; Infinity where nothing limits a line. */
  readonly columns: number;
  readonly colour: ChalkInstance;
  readonly nowMs: number;
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly alignRight?: true;
  readonly read: (session: UsageSession, nowMs: number) => string;
}

const DAY_MS = 86_400_000;

/** The time of day for what is younger than a day, else the day. */
const whenText = (iso: string, nowMs: number): string => {
  const text = new Date(iso).toLocaleString('sv-SE');
  return nowMs - Date.parse(iso) < DAY_MS ? text.slice(11, 16) : text.slice(5, 10);
};

const costText = ({ total_cost: cost, subscription_requests: planned }: UsageSession): string => {
  if (cost !== null) return formatCost(cost);
  return planned > 0 ? 'plan' : '';
};

/** Most important first; the title takes what is left. */
const COLUMNS: readonly Column[] = [
  { head: 'last', width: 5, read: ({ last_request_at: at }, nowMs) => whenText(at, nowMs) },
  { head: 'session', width: 8, read: ({ session_id: id }) => id.slice(0, 8) },
  { head: 'requests', width: 8, alignRight: true, read: ({ requests }) => formatCount(requests) },
  { head: 'cost', width: 7, alignRight: true, read: costText },
  {
    head: 'cached',
    width: 6,
    alignRight: true,
    read: ({ cached_input_tokens: cached, input_tokens: all }) =>
      all > 0 ? `${Math.round((100 * cached) / all)}%` : '',
  },
  { head: 'model', width: 16, read: ({ models }) => models.join(', ') },
  {
    head: 'failed',
    width: 6,
    alignRight: true,
    read: ({ failed_requests: failed }) => (failed > 0 ? formatCount(failed) : ''),
  },
  {
    head: 'context',
    width: 7,
    alignRight: true,
    read: ({ max_context_tokens: tokens }) => (tokens > 0 ? formatCount(tokens) : ''),
  },
  { head: 'client', width: 20, read: ({ clients }) => clients.join(', ') },
];
/** In the order in which they are shown, the title last. */
const ORDER = ['last', 'session', 'client', 'model', 'requests', 'failed', 'context', 'cached', 'cost'];

const GAP = '  ';
const MIN_TITLE = 24;

const titleOf = ({ title, running }: UsageSession): string =>
  `${running ? 'running: ' : ''}${plainLine(title ?? '–')}`;

/** A line a session, on one grid. */
export const renderSessions = (sessions: readonly UsageSession[], style: SessionStyle): string => {
  const { columns, colour, nowMs } = style;
  let room = columns - MIN_TITLE;
  const shown: Column[] = [];
  for (const column of COLUMNS) {
    if (room - column.width - GAP.length < 0) break;
    room -= column.width + GAP.length;
    shown.push(column);
  }
  shown.sort((one, other) => ORDER.indexOf(one.head) - ORDER.indexOf(other.head));
  const titleWidth = MIN_TITLE + room;
  const fitTo = ({ width, alignRight }: Column, text: string): string => {
    const fitted = truncate(plainLine(text), width);
    return alignRight ? padLeft(fitted, width) : padRight(fitted, width);
  };
  const head = [...shown.map((column) => fitTo(column, column.head)), 'title'].join(GAP);
  const lines = sessions.map((session) => {
    const cells = shown.map((column) => {
      const text = fitTo(column, column.read(session, nowMs));
      return column.head === 'failed'
        ? colour.red(text)
        : column.head === 'session'
          ? colour.bold(text)
          : text;
    });
    return [...cells, truncate(titleOf(session), titleWidth)].join(GAP);
  });
  return [colour.dim(head), ...lines].map((line) => `${line.trimEnd()}\n`).join('');
};
