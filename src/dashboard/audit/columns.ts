import { texts } from '../texts.ts';

/** The columns of the log, in order. Which of them a width has room for is in styles/table.css. */
export const COLUMNS = [
  { key: 'time', label: texts.columns.time },
  { key: 'status', label: texts.columns.status },
  { key: 'model', label: texts.columns.model },
  { key: 'client', label: texts.columns.client },
  { key: 'session', label: texts.columns.session },
  { key: 'coding', label: texts.columns.coding },
  { key: 'ttfb', label: texts.columns.ttfb },
  { key: 'duration', label: texts.columns.duration },
  { key: 'context', label: texts.columns.context },
  { key: 'output', label: texts.columns.output },
  { key: 'cost', label: texts.columns.cost },
  { key: 'finish', label: texts.columns.finish },
  { key: 'tools', label: texts.columns.tools },
] as const;
