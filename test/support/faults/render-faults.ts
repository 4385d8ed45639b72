import { tableRow } from '../codex/render-matrix.ts';
import type { ClientSees, ClientSeesWebSocket, Fault, RecordSays, WebSocketFault } from './fault.ts';
import type { SignalFault } from './hold-process-against.ts';

/** A fault in words. */
export interface FaultRow {
  readonly name: string;
  readonly client: string;
  readonly record: string;
}

export interface FaultGroup {
  /** What the names go on from, such as `a client that`. */
  readonly title: string;
  readonly rows: readonly FaultRow[];
}

const tellAnswer = ({ status, code, origin, broken }: ClientSees): string => {
  if (broken) return `${status}, broken off`;
  if (origin) return `${status} \`${code}\``;
  return code ? `${status}, ends with \`${code}\`` : `${status}, whole`;
};

const tellRecord = ({ finish, origin, code }: RecordSays): string =>
  origin ? `${finish}: ${origin}, \`${code}\`` : finish;

const tellWebSocket = ({ whole, code, status, close }: ClientSeesWebSocket): string => {
  const failure = code && (status ? `error ${status} \`${code}\`` : `ends with \`${code}\``);
  const answer = [failure, whole && 'whole'].filter(Boolean).join('; ');
  if (close === undefined) return answer || 'has left';
  return answer ? `${answer}, and is closed with ${close}` : `closed with ${close}`;
};

const NOTHING_ASKED = 'none: nothing was asked';

const inWords = <Item>(items: readonly Item[], tell: (item: Item) => string, none: string): string =>
  [...new Set(items.map(tell))].join('; ') || none;

export const describeFault = ({ name, expect }: Fault): FaultRow => ({
  name,
  client: inWords(expect.client, tellAnswer, 'has left'),
  record: inWords(expect.records, tellRecord, NOTHING_ASKED),
});

export const describeWebSocketFault = ({ name, expect }: WebSocketFault): FaultRow => ({
  name,
  client: expect.refused ? tellAnswer(expect.refused) : tellWebSocket(expect.client ?? {}),
  record: inWords(expect.records, tellRecord, NOTHING_ASKED),
});

export const describeSignal = ({ name, signal, expect }: SignalFault): FaultRow => ({
  name: `that gets ${signal} ${name}`,
  client: expect.client,
  record: expect.finish ?? '',
});

const rowsOf = ({ title, rows }: FaultGroup): string[] => [
  tableRow([`**${title} …**`, '', '']),
  ...rows.map(({ name, client, record }) => tableRow([`… ${name}`, client, record])),
];

/** The table of what is played, as Markdown: how many of each kind, and all of them to unfold. */
export const renderFaults = (groups: readonly FaultGroup[]): string => {
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    tableRow(['who is at fault', 'faults']),
    tableRow(['---', '---']),
    ...groups.map(({ title, rows }) => tableRow([`${title} …`, String(rows.length)])),
    '',
    `<details><summary>All ${count}, with what the client gets and what the log says</summary>`,
    '',
    tableRow(['fault', 'client', 'log']),
    tableRow(['---', '---', '---']),
    ...groups.flatMap(rowsOf),
    '',
    '</details>',
  ].join('\n');
};
