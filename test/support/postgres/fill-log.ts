import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoggedExchange } from '../../../src/log/port.ts';
import type { Database } from '../../../src/postgres/database.ts';
import { type Column, valuesOf } from '../../../src/postgres/log/column.ts';
import { COLUMNS } from '../../../src/postgres/log/columns.ts';
import { encodeDetail } from '../../../src/postgres/log/detail.ts';
import {
  kindOf,
  type SharedRow,
  STORED_KIND_COLUMNS,
  TOOLS_COLUMNS,
  toolsOf,
} from '../../../src/postgres/log/kinds.ts';
import { type LargeLogPlan, largeLog } from '../log/large-log.ts';

const AT_ONCE = 2_000;
const FILL_WITHIN_MS = 1_200_000;

/** A value as a field of `COPY`. */
const field = (value: unknown): string => {
  if (value === null || value === undefined) return '\\N';
  if (Array.isArray(value)) {
    const members = value.map((each) => `"${String(each).replace(/["\\]/g, '\\$&')}"`);
    return field(`{${members.join(',')}}`);
  }
  return String(value)
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
};
const line = (values: readonly unknown[]): string => `${values.map(field).join('\t')}\n`;

/** Fills the log in a migrated database on this machine by `COPY`, as if a sink had shipped it: 1,000,000 exchanges take minutes. */
export const fillLog = async (database: Database, plan: LargeLogPlan): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-fill-'));
  chmodSync(folder, 0o755);
  const copy = async (table: string, columns: string, write: (add: (text: string) => void) => void) => {
    const path = join(folder, table);
    const file = openSync(path, 'wx', 0o644);
    write((text) => writeSync(file, text));
    closeSync(file);
    await database.query(`COPY gomodel.${table} (${columns}) FROM '${path}'`, [], {
      timeoutMs: FILL_WITHIN_MS,
    });
    rmSync(path);
  };
  const shared = { kinds: new Map<number, SharedRow>(), tool_calls: new Map<number, SharedRow>() };
  const days = new Set<string>();
  const rowOf = (logged: LoggedExchange): string => {
    const values = valuesOf(COLUMNS, logged.record, true);
    const { kind, reduced } = kindOf(logged.record, true);
    const tools = toolsOf(logged.record);
    for (const row of [kind, ...reduced]) shared.kinds.set(row.id, row);
    if (tools) shared.tool_calls.set(tools.id, tools);
    days.add(String(values.day));
    const detail = `\\x${encodeDetail(logged, values).toString('hex')}`;
    return line([...Object.values(values), 1, kind.id, tools?.id, detail]);
  };
  const [instance] = await database.query<{ id: number }>(
    `INSERT INTO gomodel.instances (name) VALUES ('filled') RETURNING id`,
  );
  const names = (columns: readonly Column[]): string => columns.map(({ name }) => name).join(', ');
  const path = join(folder, 'rows');
  const rows = openSync(path, 'wx', 0o644);
  try {
    let batch: string[] = [];
    const flush = (): void => {
      writeSync(rows, batch.join(''));
      batch = [];
    };
    for (const { closed, requestHeaders, responseHeaders } of largeLog(plan)) {
      batch.push(
        rowOf({
          isEnded: true,
          record: closed,
          requestHeaders: JSON.parse(requestHeaders),
          responseHeaders: JSON.parse(responseHeaders),
          bodies: {},
        }),
      );
      if (batch.length === AT_ONCE) flush();
    }
    flush();
    closeSync(rows);
    for (const [table, columns] of [
      ['kinds', STORED_KIND_COLUMNS],
      ['tool_calls', TOOLS_COLUMNS],
    ] as const) {
      await copy(table, `id, ${names(columns)}`, (add) => {
        for (const { id, values } of shared[table].values())
          add(line([id, ...columns.map(({ name }) => values[name])]));
      });
    }
    await database.query('SELECT gomodel.make_days($1::date[])', [[...days].sort()], {
      timeoutMs: FILL_WITHIN_MS,
    });
    await database.query(
      `COPY gomodel.exchanges (${names(COLUMNS)}, instance_id, kind_id, tools_id, detail) FROM '${path}'`,
      [],
      { timeoutMs: FILL_WITHIN_MS },
    );
    await database.query(`UPDATE gomodel.instances SET seen_at = clock_timestamp() WHERE id = $1`, [
      instance?.id,
    ]);
    await database.query('VACUUM ANALYZE', [], { timeoutMs: FILL_WITHIN_MS });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
