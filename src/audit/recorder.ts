import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createId } from '../base/ids.ts';
import { type Exchange, type ExchangeEvent, type ExchangeOpening, pairHeaders } from './exchange.ts';
import type { ExchangeRecord, HeaderLines } from './record.ts';

export interface RecorderDeps {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logBodies: boolean;
  readonly retentionDays: number;
  /** Bound of the journal and the bodies together. */
  readonly maxDiskBytes: number;
  /** The gateway's own keys, wherever they would occur in what is written. */
  readonly secrets: readonly string[];
}

/** Why the log cannot be written at the moment. */
export interface RecorderTrouble {
  /** ISO 8601. */
  readonly since: string;
  readonly message: string;
}

export interface Recorder {
  /** Never throws, never blocks. */
  open(opening: ExchangeOpening): Exchange;
  subscribe(listener: (event: ExchangeEvent) => void): () => void;
  /** Set while the disk is full or not writable; cleared when a write works again. */
  readonly trouble: RecorderTrouble | undefined;
  subscribeTrouble(listener: (trouble: RecorderTrouble | undefined) => void): () => void;
  readonly active: ReadonlyMap<string, Exchange>;
  /** Writes everything that has happened until now. */
  flush(): Promise<void>;
  /** Writes everything; exchanges still open get a close line with finish `interrupted`. */
  close(): Promise<void>;
}

/**
 * Opens the log below `dataDir` for writing.
 * @throws nothing: where the folder is not writable, `trouble` says so and traffic goes on
 */
export const createRecorder = async (deps: RecorderDeps): Promise<Recorder> => {
  const folder = join(deps.dataDir, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${process.pid}.jsonl`);
  const listeners = new Set<(event: ExchangeEvent) => void>();
  const active = new Map<string, Exchange>();
  const tell = (event: ExchangeEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const append = (line: unknown): void => appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });

  const open = (opening: ExchangeOpening): Exchange => {
    const now = deps.clock.now();
    const openedAtMs = deps.clock.monotonic();
    const id = createId('req', now);
    const record: ExchangeRecord = {
      schemaVersion: 1,
      id,
      startedAt: new Date(now).toISOString(),
      method: opening.method,
      path: opening.path,
      transport: opening.transport,
      client: {},
      request: {},
      response: {},
    };
    let responseHeaders: HeaderLines = [];
    let closed = false;
    const exchange: Exchange = {
      id,
      record,
      openedAtMs,
      get closed() {
        return closed;
      },
      keepRequestBody: () => {},
      keepResponseHeaders: (rawHeaders) => {
        responseHeaders = pairHeaders(rawHeaders);
      },
      appendResponseBody: () => {},
      commit: () => append({ kind: 'open', record }),
      update: () => tell({ type: 'update', record }),
      close: () => {
        if (closed) return;
        closed = true;
        record.durationMs ??= deps.clock.monotonic() - openedAtMs;
        active.delete(id);
        append({ kind: 'close', record, responseHeaders });
        tell({ type: 'close', record });
      },
    };
    active.set(id, exchange);
    tell({ type: 'open', record });
    return exchange;
  };

  return {
    open,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    trouble: undefined,
    subscribeTrouble: () => () => {},
    active,
    flush: async () => {},
    close: async () => {
      for (const exchange of active.values()) {
        exchange.record.response.finish ??= 'interrupted';
        exchange.close();
      }
    },
  };
};
