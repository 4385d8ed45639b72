import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { callsText, countCalls } from '../../log/count-calls.ts';
import { isFailure } from '../../log/record.ts';
import { texts } from '../texts.ts';
import { formatBytes } from './format.ts';

/** How an exchange stands, in the words and the one colour that a row has for it. */
export interface Outcome {
  readonly tone: 'running' | 'fine' | 'warn' | 'fail';
  /** What stands in the column of the status: `200`, `ws`, `cut`. */
  readonly status: string;
  readonly finish: string;
}

const SWITCHING_PROTOCOLS = 101;

export const outcomeOf = (entry: AuditEntry): Outcome => {
  const { finish } = entry.response;
  const ended = entry.durationMs !== undefined || finish !== undefined;
  const status =
    entry.status === SWITCHING_PROTOCOLS ? 'ws' : (entry.status?.toString() ?? (ended ? '–' : '···'));
  if (!ended) return { tone: 'running', status, finish: texts.finish.running };
  const word = finish ? texts.finish[finish] : '';
  const cut = finish === 'truncated' || finish === 'interrupted';
  if (isFailure(entry)) return { tone: 'fail', status: cut ? texts.finish.cut : status, finish: word };
  if (finish === 'aborted' || finish === 'incomplete') return { tone: 'warn', status, finish: word };
  return { tone: 'fine', status, finish: word };
};

/** `codex_cli_rs 0.169.0` as `codex_cli_rs 0.169`: the patch level is in the drawer. */
export const clientOf = ({ client }: AuditEntry): string => {
  if (!client.name) return '–';
  const version = client.version?.replace(/^(\d+\.\d+)\..*$/, '$1');
  return version ? `${client.name} ${version}` : client.name;
};

/** `zstd 45→16 KB`, `ws 3.1 KB`, `41 KB`. */
export const codingOf = ({ request, transport }: AuditEntry): string => {
  const { encoding, bodyBytes, wireBytes } = request;
  const size = bodyBytes ?? wireBytes;
  if (size === undefined || size === 0) return transport === 'websocket' ? 'ws' : '–';
  const prefix = transport === 'websocket' ? 'ws ' : '';
  if (!encoding || wireBytes === undefined || bodyBytes === undefined) return prefix + formatBytes(size);
  const [before, unit] = formatBytes(bodyBytes).split(' ');
  const [after, afterUnit] = formatBytes(wireBytes).split(' ');
  return unit === afterUnit
    ? `${prefix}${encoding} ${before}→${after} ${unit}`
    : `${prefix}${encoding} ${before} ${unit}→${after} ${afterUnit}`;
};

export const toolsOf = ({ response }: AuditEntry): string => callsText(countCalls(response));
