import type { AuditLogQuery } from '../../admin/api-types/queries.ts';
import { texts } from '../texts.ts';

interface Column {
  readonly key: keyof typeof texts.columns;
  readonly label: string;
  /** By what the log is sorted at a click on its head. */
  readonly sort?: AuditLogQuery['sort'];
}

/** The columns of the log, in order. Which of them a width has room for is in styles/table.css. */
export const COLUMNS: readonly Column[] = [
  { key: 'time', label: texts.columns.time },
  { key: 'status', label: texts.columns.status },
  { key: 'model', label: texts.columns.model },
  { key: 'client', label: texts.columns.client },
  { key: 'session', label: texts.columns.session },
  { key: 'coding', label: texts.columns.coding },
  { key: 'ttfb', label: texts.columns.ttfb, sort: 'ttfb' },
  { key: 'duration', label: texts.columns.duration, sort: 'time' },
  { key: 'context', label: texts.columns.context, sort: 'input' },
  { key: 'output', label: texts.columns.output, sort: 'output' },
  { key: 'cost', label: texts.columns.cost, sort: 'cost' },
  { key: 'finish', label: texts.columns.finish },
  { key: 'tools', label: texts.columns.tools },
];
