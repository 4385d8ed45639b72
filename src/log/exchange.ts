import type { ExchangeRecord, HeaderLines, StoredBody, Transport } from './record.ts';

/** What is known when the head of a request has arrived, before anything can refuse it. */
export interface ExchangeOpening {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly path: string;
  readonly transport: Transport;
  /** As node:http gives them: name, value, name, value… */
  readonly rawHeaders: readonly string[];
}

/** What has come of an answer that still runs, a copy. */
export interface AnswerSoFar {
  readonly headers: HeaderLines;
  /** Absent before its first byte, and where bodies are not logged. */
  readonly body: StoredBody | undefined;
}

/** One exchange while it runs. Nothing here throws, waits or delays the traffic. */
export interface Exchange {
  readonly id: string;
  /** Mutated in place by those who learn something, until `close`. */
  readonly record: ExchangeRecord;
  /** `clock.monotonic()` at the opening. */
  readonly openedAtMs: number;
  readonly closed: boolean;
  readonly answerSoFar: AnswerSoFar;
  /**
   * Reads from the head who sent the request, and tells subscribers that the exchange is open: to be called
   * once the gate has recognised the client. Until then nobody looks at the head, and an exchange that is closed
   * before it was let in leaves a short record: no client, no headers, no bodies. Idempotent.
   */
  letIn(): void;
  /**
   * Keeps the request's body for the log, without copying it: the caller no longer changes it.
   * @param bytes the wire bytes where they are one zstd body, else the decoded ones
   * @param decoded of a zstd body: what a later one of the conversation is told from
   */
  keepRequestBody(bytes: Buffer, coding: 'identity' | 'zstd', decoded?: Buffer): void;
  keepResponseHeaders(rawHeaders: readonly string[]): void;
  /** Past the bound of one body, or of all bodies in memory, the stored body is cut off. */
  appendResponseBody(chunk: Uint8Array): void;
  /**
   * When this returns, the open line is in the file (one small synchronous write), unless the disk is in
   * trouble: to be called just before the request leaves for the upstream.
   */
  commit(): void;
  /** Tells subscribers that the record has changed. */
  update(): void;
  /** Idempotent. Sets `durationMs` where it is absent, tells subscribers, queues the close line. */
  close(): void;
}

export interface ExchangeEvent {
  readonly type: 'open' | 'update' | 'close';
  readonly record: ExchangeRecord;
}
