import type { ComponentChildren } from 'preact';
import type { FleetUse } from '../../../admin/api-types/fleet.ts';
import { formatAgo } from '../../state/format.ts';
import { minuteMs } from '../../state/now.ts';
import { addressOf } from '../../state/route.ts';
import { texts } from '../../texts.ts';

type Column = keyof typeof texts.fleet.columns;

interface FleetTableProps<Row extends FleetUse> {
  title: string;
  columns: readonly Column[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The cells of a row, but its last one; the first is its heading. */
  cells: (row: Row) => readonly ComponentChildren[];
}

/** Rows with when each was last there; nothing where there are none. */
export const FleetTable = <Row extends FleetUse>({
  title,
  columns,
  rows,
  keyOf,
  cells,
}: FleetTableProps<Row>) => {
  if (rows.length === 0) return null;
  return (
    <section class="panel" aria-label={title} tabIndex={0}>
      <table class="sums facts-table" aria-label={title}>
        <caption class="hidden-text">{title}</caption>
        <thead>
          <tr>
            {[...columns, 'last' as const].map((column) => (
              <th key={column} scope="col">
                {texts.fleet.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {cells(row).map((cell, place) =>
                place === 0 ? (
                  <th key={columns[place]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={columns[place]}>{cell}</td>
                ),
              )}
              <td>
                <a class="link" href={addressOf('audit', { open: row.last_id })}>
                  {formatAgo(row.last_request_at, minuteMs.value)}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};
