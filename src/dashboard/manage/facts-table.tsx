import type { ComponentChildren } from 'preact';
import { may } from '../state/viewer.ts';
import { texts } from '../texts.ts';
import type { DeedsProps } from './deeds.tsx';
import { Deeds } from './deeds.tsx';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** `name` heads the row; `bar` has no heading to be seen. */
  readonly kind?: 'name' | 'number' | 'wide' | 'bar' | undefined;
  readonly title?: (row: Row) => string | undefined;
}

export interface FactsTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  class?: string;
  rowClass?: (row: Row) => string;
  /** What an admin can do with a row, and whoever owns it. */
  deeds?: (row: Row) => DeedsProps;
  isOwn?: (row: Row) => boolean;
  /** Below the rows. */
  children?: ComponentChildren;
}

const Cell = <Row,>({ column, row }: { column: Column<Row>; row: Row }) => {
  const { kind = '', head, cell, title } = column;
  if (kind === 'name') {
    return (
      <th scope="row" title={title?.(row)}>
        {cell(row)}
      </th>
    );
  }
  // On a phone each cell is a line of its own, behind the heading of its column.
  return (
    <td class={kind === 'bar' ? 'bar-cell' : kind} data-label={head} title={title?.(row)}>
      {cell(row)}
    </td>
  );
};

const headClass = (kind: Column<unknown>['kind']): string =>
  kind === 'bar' ? 'bar-cell' : kind === 'number' ? kind : '';

/** Facts in rows, each with what may be done about it. */
export const FactsTable = <Row,>(props: FactsTableProps<Row>) => {
  const { label, columns, rows, keyOf, rowClass, deeds, isOwn, children } = props;
  const mayActOn = (row: Row): boolean => may('admin') || isOwn?.(row) === true;
  const actsOn = rows.some(mayActOn) ? deeds : undefined;
  return (
    <section class="panel" aria-label={label} tabIndex={0}>
      <table class={`sums facts-table ${props.class ?? ''}`} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ head, kind }) => (
              <th key={head} scope="col" class={headClass(kind)}>
                {kind === 'bar' ? <span class="hidden-text">{head}</span> : head}
              </th>
            ))}
            {actsOn && (
              <th scope="col">
                <span class="hidden-text">{texts.manage.actions}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={rowClass?.(row)}>
              {columns.map((column) => (
                <Cell key={column.head} column={column} row={row} />
              ))}
              {actsOn && <td class="deeds">{mayActOn(row) && <Deeds {...actsOn(row)} />}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {children}
    </section>
  );
};
