import { createId } from '../../base/ids.ts';
import type { LinkedList, ListPlace } from '../../base/linked-list.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { FullBody } from '../bodies/body-bases.ts';
import { type BodyReference, type BodySide, lostBody } from '../bodies/body-reference.ts';
import type { AnswerSoFar, Exchange, ExchangeEvent, ExchangeOpening } from '../exchange.ts';
import type { QueuedExchange } from '../journal/journaled-exchange.ts';
import type { WriteBehind } from '../journal/write-behind.ts';
import { type ExchangeRecord, isTurnedAway } from '../record.ts';
import type { Redactor } from '../redact.ts';
import { redactRecord } from '../redact-record.ts';
import { BodyCapture, type CapturedBody, type MemoryBudget } from './body-capture.ts';
import { boundRefusal, pathOfUnknown } from './bound-refusal.ts';
import { mapHeadersToClient } from './client-of-headers.ts';

export interface LiveExchangeDeps {
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Raw header lines to redacted ones, as JSON. */
  readonly encodeHeaders: (rawHeaders: readonly string[]) => string;
  readonly writes: WriteBehind;
  readonly budget: MemoryBudget;
  /** What is kept of one body at most; 0 where bodies are not logged. */
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly tell: (event: ExchangeEvent) => void;
  /** Those that run. */
  readonly active: LinkedList<Exchange>;
  readonly onLostBody: () => void;
}

const NO_HEADERS = '[]';

/** The exchange that the gateway's rooms write into, and that `WriteBehind` brings to disk. */
export class LiveExchange implements Exchange, QueuedExchange {
  readonly id: string;
  readonly record: ExchangeRecord;
  readonly openedAtMs: number;
  /** Filled as the bodies reach the disk, before the close line is written. */
  readonly bodies: { [side in BodySide]?: BodyReference } = {};
  place: ListPlace<QueuedExchange> | undefined = undefined;
  isOpened = false;
  readonly #deps: LiveExchangeDeps;
  readonly #activePlace: ListPlace<Exchange>;
  readonly #opening: ExchangeOpening;
  #requestHeaders: string | undefined;
  #rawResponseHeaders: readonly string[] = [];
  #hasRequestBody = false;
  #response: BodyCapture | undefined;
  #closed = false;
  #isLetIn = false;

  constructor(deps: LiveExchangeDeps, opening: ExchangeOpening) {
    const { clock, redactor } = deps;
    const nowMs = clock.now();
    this.#deps = deps;
    this.#opening = opening;
    this.openedAtMs = clock.monotonic();
    this.id = createId('req', nowMs);
    this.record = {
      schemaVersion: 1,
      id: this.id,
      startedAt: new Date(nowMs).toISOString(),
      method: opening.method,
      path: pathOfUnknown(opening.path, redactor.path),
      transport: opening.transport,
      client: {},
      request: {},
      response: {},
    };
    this.#activePlace = deps.active.add(this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Of a client that was not let in, the log keeps neither headers nor bodies. */
  get isTurnedAway(): boolean {
    return !this.#isLetIn || isTurnedAway(this.record);
  }

  /** Redacted, as JSON; made once, since the open line and the close line both hold it. */
  get requestHeaders(): string {
    if (this.isTurnedAway) return NO_HEADERS;
    this.#requestHeaders ??= this.#deps.encodeHeaders(this.#opening.rawHeaders);
    return this.#requestHeaders;
  }

  get responseHeaders(): string {
    if (this.isTurnedAway) return NO_HEADERS;
    return this.#deps.encodeHeaders(this.#rawResponseHeaders);
  }

  get answerSoFar(): AnswerSoFar {
    const { parts, length, cutOff } = this.#response?.captured ?? { parts: [], length: 0, cutOff: false };
    const body = { coding: 'identity', bytes: Buffer.concat(parts), cutOff } as const;
    return { headers: JSON.parse(this.responseHeaders), body: length > 0 ? body : undefined };
  }

  letIn(): void {
    if (this.#isLetIn || this.#closed) return;
    this.#isLetIn = true;
    const { redactor, writes, tell } = this.#deps;
    const { path, rawHeaders } = this.#opening;
    const { client, clientRequestId, trace } = mapHeadersToClient(rawHeaders, redactor.text);
    this.record.path = redactor.path(path);
    this.record.client = client;
    if (clientRequestId !== undefined) this.record.clientRequestId = clientRequestId;
    if (trace) this.record.trace = trace;
    writes.open(this);
    tell({ type: 'open', record: this.record });
  }

  keepRequestBody(bytes: Buffer, coding: 'identity' | 'zstd', decoded?: Buffer): void {
    const { maxRequestBytes: maxBodyBytes, budget, onLostBody } = this.#deps;
    if (maxBodyBytes === 0 || this.#closed || this.#hasRequestBody || bytes.length === 0) return;
    this.#hasRequestBody = true;
    const cutOff = bytes.length > maxBodyBytes;
    // Half a zstd body cannot be read.
    const isLost = (cutOff && coding === 'zstd') || !budget.take(bytes.length);
    if (isLost) {
      this.bodies.request = lostBody;
      onLostBody();
      return;
    }
    const kept = cutOff ? bytes.subarray(0, maxBodyBytes) : bytes;
    const { length } = kept;
    const text = coding === 'identity' ? bytes : decoded;
    const more = text === undefined || text === bytes ? 0 : text.length;
    const isShared = text !== undefined && !cutOff && budget.take(more);
    const { threadId, sessionId = '' } = this.record.client;
    this.#store(
      'request',
      coding,
      { parts: [kept], length, cutOff, reservedBytes: bytes.length + (isShared ? more : 0) },
      isShared ? { family: threadId ?? sessionId, bytes: text } : undefined,
    );
  }

  keepResponseHeaders(rawHeaders: readonly string[]): void {
    this.#rawResponseHeaders = rawHeaders;
  }

  appendResponseBody(chunk: Uint8Array): void {
    const { maxResponseBytes: maxBodyBytes, budget } = this.#deps;
    if (maxBodyBytes === 0 || this.#closed) return;
    this.#response ??= new BodyCapture(budget, maxBodyBytes);
    this.#response.append(chunk);
  }

  commit(): void {
    if (this.#closed) return;
    this.record.sentMs ??= Math.round((this.#deps.clock.monotonic() - this.openedAtMs) * 1000) / 1000;
    this.#deps.writes.commit(this);
  }

  update(): void {
    if (this.#closed) return;
    this.redact();
    this.#deps.tell({ type: 'update', record: this.record });
  }

  redact(): void {
    redactRecord(this.record, this.#deps.redactor.text);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { clock, writes, tell, active } = this.#deps;
    const { record } = this;
    record.durationMs ??= Math.round((clock.monotonic() - this.openedAtMs) * 1000) / 1000;
    this.redact();
    if (this.isTurnedAway) {
      boundRefusal(record);
      this.#dropResponse();
    } else this.#storeResponse();
    writes.close(this);
    active.remove(this.#activePlace);
    tell({ type: 'close', record });
  }

  #storeResponse(): void {
    const captured = this.#response?.captured;
    this.#response = undefined;
    if (!captured) return;
    if (captured.length > 0) {
      this.#store('response', 'identity', captured);
    } else if (captured.cutOff) {
      this.bodies.response = lostBody;
      this.#deps.onLostBody();
    }
  }

  #dropResponse(): void {
    this.#deps.budget.giveBack(this.#response?.captured.reservedBytes ?? 0);
    this.#response = undefined;
  }

  #store(side: BodySide, coding: 'identity' | 'zstd', body: CapturedBody, whole?: FullBody): void {
    const { parts, length, cutOff, reservedBytes } = body;
    this.#deps.writes.store({
      id: this.id,
      side,
      parts,
      length,
      coding,
      cutOff,
      ...(whole && { whole }),
      settle: (reference) => {
        this.bodies[side] = reference;
        this.#deps.budget.giveBack(reservedBytes);
      },
    });
  }
}
