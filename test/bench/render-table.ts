import type { StreamOutcome } from './measure-streams.ts';
import type { Outcome } from './run-bench.ts';
import type { Row } from './summarize.ts';
import type { StreamRow } from './summarize-streams.ts';

const figure = (value: number, digits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits));

/** Lines of columns, each as wide as its widest cell; the first is set left, the others right. */
export const alignColumns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join('\n');
};

const loadTable = (rows: readonly Row[]): string => {
  const head = ['', 'throughput', 'CPU', 'added p50 ms', 'p99 ms', 'requests/s', 'CPU ms/request', 'errors'];
  const body = rows.map((row) => [
    row.candidate,
    figure(row.throughput, 3),
    figure(row.cpu, 2),
    figure(row.addedP50Ms, 2),
    figure(row.p99Ms, 1),
    figure(row.requestsPerSecond, 0),
    figure(row.cpuMsPerRequest, 3),
    row.errors === 0 ? '' : String(row.errors),
  ]);
  return alignColumns([head, ...body]);
};

const streamTable = (rows: readonly StreamRow[]): string => {
  const head = [
    '',
    'first event, added ms',
    'beyond bare ms',
    'CPU',
    'CPU ms/1000 events',
    'fresh MB',
    'MB at 500',
    'loop delay p99 ms',
    'broken',
  ];
  const body = rows.map((row) => [
    row.candidate,
    figure(row.addedFirstMs, 2),
    figure(row.beyondBareMs, 2),
    figure(row.cpu, 2),
    figure(row.cpuMs, 0),
    figure(row.freshMb, 0),
    figure(row.openMb, 0),
    figure(row.delayP99Ms, 1),
    row.broken === 0 ? '' : String(row.broken),
  ]);
  return alignColumns([head, ...body]);
};

/** What streams cost, as text for people. */
export const renderStreams = ({ rows, notes }: StreamOutcome): string =>
  [`Streams\n${streamTable(rows)}`, ...notes].join('\n\n');

/** The outcome as text for people. Ratios are to the bare proxy, in the same round. */
export const renderTable = (outcome: Outcome): string => {
  const { notes, rows, processes, stalls, streams, installs } = outcome;
  const blocks = new Map<string, Row[]>();
  for (const row of rows) {
    const title = `${row.caseName}, ${row.connections} connection${row.connections === 1 ? '' : 's'}`;
    blocks.set(title, [...(blocks.get(title) ?? []), row]);
  }
  const parts = [...blocks].map(([title, members]) => `${title}\n${loadTable(members)}`);
  const processTable = alignColumns([
    ['', 'ready ms', 'fresh MB', 'after 20 KB, MB', 'a minute later'],
    ...processes.map(({ candidate, readyMs, freshMb, loadedMb, restedMb }) => [
      candidate,
      figure(readyMs, 0),
      figure(freshMb, 0),
      figure(loadedMb, 0),
      figure(restedMb, 0),
    ]),
  ]);
  const stallTable = alignColumns([
    ['', 'longest standstill, ms', 'of its own work, ms'],
    ...stalls.map(({ candidate, caseName, stallMs, busyMs }) => [
      `${candidate}, ${caseName}`,
      figure(stallMs, 1),
      figure(busyMs, 1),
    ]),
  ]);
  const installTable = alignColumns([
    ['', 'MB on the disk', 'packages'],
    ...installs.map(({ candidate, megabytes, packages }) => [
      candidate,
      figure(megabytes, 1),
      String(packages),
    ]),
  ]);
  return [
    ...parts,
    `Processes\n${processTable}`,
    `Stalls\n${stallTable}`,
    `Streams\n${streamTable(streams)}`,
    ...(installs.length > 0 ? [`Installation\n${installTable}`] : []),
    ...notes,
  ].join('\n\n');
};
