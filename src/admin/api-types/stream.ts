import type { AuditEntry } from './entry.ts';
import type { LogLosses } from './log.ts';

/**
 * `GET audit/stream`: server-sent events, each with an `id` that `Last-Event-ID` (or `?last_event_id=`)
 * resumes after. `data` is one of these as JSON. No `event:` line: `open` would be the browser's own
 * event of that name.
 *
 * - `hello` comes first. `resumed` false: events may be missing since the last one, read the log again.
 * - `open` when a request arrives, `update` while it runs (at most four a second each), `close` at its end.
 * - What begins and ends between two writes has its `close` alone.
 * - `trouble`: the log cannot be written; without `message` it can again.
 * - `beat` every 10 s, so that a dead connection is noticed.
 */
export type StreamEvent =
  | { type: 'hello'; resumed: boolean; now: string; running: AuditEntry[]; lost: LogLosses }
  | { type: 'open' | 'update' | 'close'; record: AuditEntry }
  | { type: 'trouble'; since?: string; message?: string }
  | { type: 'beat'; now: string; lost: LogLosses };
