import { LinkedList } from '../../base/linked-list.ts';
import type { Clock } from '../../base/time/clock.ts';
import { MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES } from '../bodies/max-body.ts';
import type { AnswerSoFar, Exchange, ExchangeEvent, ExchangeOpening } from '../exchange.ts';
import { markInterrupted } from '../interrupted.ts';
import { Journal } from '../journal/journal.ts';
import { auditFolder } from '../journal/list-segments.ts';
import type { Losses } from '../journal/losses.ts';
import { Refusals } from '../journal/refusals.ts';
import { limitsOf } from '../journal/retention/disk-limits.ts';
import { createHeartbeats, createHousekeeping } from '../journal/retention/housekeeping.ts';
import { REFUSED_RUN } from '../journal/segment-name.ts';
import { WriteBehind } from '../journal/write-behind.ts';
import { createListeners } from '../listeners.ts';
import type { ExchangeRecord } from '../record.ts';
import { createRedactor, type Redactor } from '../redact.ts';
import { createTroubleState, type RecorderTrouble } from '../trouble.ts';
import { createMemoryBudget } from './body-capture.ts';
import { createHeaderEncoder } from './encode-headers.ts';
import { LiveExchange, type LiveExchangeDeps } from './live-exchange.ts';

export interface RecorderDeps {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logBodies: boolean;
  /** 0: for ever. What failed is kept twice as long. */
  readonly retentionDays: number;
  /** Bound of the journal and the bodies together; 0: none. */
  readonly maxDiskBytes: number;
  /** The gateway's own keys: never written, wherever they occur. */
  readonly secrets: readonly string[];
  /** Set in a process that writes alongside others of one gateway, of which another one maintains the log. */
  readonly beside?: BesideOthers;
}

/** The exchanges that run. */
interface ActiveExchanges<Known> {
  readonly size: number;
  /** The oldest first. */
  values(): readonly Known[];
}

interface BesideOthers {
  /** How many write at once: each begins new segments so much earlier. */
  readonly writers: number;
  /** Asks the process that keeps the log to delete what is too old or too much; never rejects. */
  readonly makeRoom: () => Promise<void>;
}

/** What is known of exchanges to those who write none. */
export interface ExchangeWatch {
  /** Listeners are called at once, one after another; what they throw is dropped. */
  subscribe(listener: (event: ExchangeEvent) => void): () => void;
  /** Set while the disk is full or not writable; cleared when a write works again. */
  readonly trouble: RecorderTrouble | undefined;
  subscribeTrouble(listener: (trouble: RecorderTrouble | undefined) => void): () => void;
  readonly active: ActiveExchanges<Pick<Exchange, 'record'>>;
  /** Of one that runs; else undefined. */
  answerSoFar(id: string): Promise<AnswerSoFar | undefined>;
  /** Given up since the start: lines while the disk failed too long, bodies also where memory was short. */
  readonly losses: Readonly<Losses>;
  /** The exchanges that an earlier gateway was killed in, when the start has found them. */
  readonly recovered: Promise<readonly ExchangeRecord[]>;
  /** Writes everything that has happened until now. */
  flush(): Promise<void>;
}

export interface Recorder extends ExchangeWatch {
  /**
   * Opens an exchange whose client is still to be recognised; costs the same whatever its head says. Never
   * throws, never blocks.
   */
  arrive(opening: ExchangeOpening): Exchange;
  /** Opens an exchange of a client that is recognised already: `arrive`, and `letIn` at once. */
  open(opening: ExchangeOpening): Exchange;
  readonly active: ActiveExchanges<Exchange>;
  /** What is on its way to the disk: exchanges whose end is to be written, and bytes of bodies. */
  readonly waiting: { readonly exchanges: number; readonly bodyBytes: number };
  /**
   * Gives the exchanges of processes that died until now their close lines.
   * @returns those that were found interrupted
   */
  recover(): Promise<readonly ExchangeRecord[]>;
  /** Takes further values out of all that is written from now on. */
  addSecrets(more: readonly string[]): void;
  /** Deletes what is too old or too much. */
  makeRoom(): Promise<void>;
  /** Writes everything; exchanges that are still open get a close line with finish `interrupted`. */
  close(): Promise<void>;
}

/** All bodies that are in memory for the log: being captured, or on their way to the disk. */
const BODY_MEMORY_BYTES = 160 * 1024 * 1024;
const MAX_BLOCK_BYTES = 1024 * 1024;

/**
 * Opens the log below `dataDir` for writing.
 * @throws nothing: where the folder cannot be written, `trouble` says so and traffic goes on
 */
export const createRecorder = async (deps: RecorderDeps): Promise<Recorder> => {
  const { clock, retentionDays, maxDiskBytes, beside } = deps;
  const folder = auditFolder(deps.dataDir);
  const { segmentBytes, bodyBytes, refusedSegmentBytes } = limitsOf(maxDiskBytes, beside?.writers);
  const losses: Losses = { lines: 0, bodies: 0 };
  const active = new LinkedList<Exchange>();
  const { add: subscribe, tell } = createListeners<ExchangeEvent>();

  const trouble = createTroubleState(folder, clock);
  const journal = new Journal({ folder, clock, segmentBytes });
  const refusals: Refusals = new Refusals({
    journal: new Journal({ folder, clock, segmentBytes: refusedSegmentBytes, runSuffix: REFUSED_RUN }),
    makeRoom: () => housekeeping.makeRoom(),
  });
  const writes: WriteBehind = new WriteBehind({
    journal,
    trouble,
    losses,
    refusals,
    maxBlockBytes: Math.min(MAX_BLOCK_BYTES, segmentBytes),
    makeRoom: () => housekeeping.makeRoom(),
  });
  const housekeeping = beside
    ? createHeartbeats({ journal, refusals, writes, makeRoom: beside.makeRoom })
    : createHousekeeping({
        folder,
        clock,
        journal,
        refusals,
        writes,
        trouble,
        policy: { retentionDays, maxDiskBytes },
      });

  const secrets = new Set(deps.secrets);
  let inner = createRedactor([...secrets]);
  const redactor: Redactor = {
    text: (text) => inner.text(text),
    path: (path) => inner.path(path),
    header: (name, value) => inner.header(name, value),
  };
  const exchangeDeps: LiveExchangeDeps = {
    clock,
    redactor,
    encodeHeaders: createHeaderEncoder(redactor),
    writes,
    budget: createMemoryBudget(BODY_MEMORY_BYTES),
    maxRequestBytes: deps.logBodies ? Math.min(MAX_REQUEST_BYTES, bodyBytes) : 0,
    maxResponseBytes: deps.logBodies ? Math.min(MAX_RESPONSE_BYTES, bodyBytes) : 0,
    tell,
    active,
    onLostBody: () => losses.bodies++,
  };
  const arrive = (opening: ExchangeOpening): Exchange => new LiveExchange(exchangeDeps, opening);
  const open = (opening: ExchangeOpening): Exchange => {
    const exchange = arrive(opening);
    exchange.letIn();
    return exchange;
  };
  const close = async (): Promise<void> => {
    for (const exchange of active.values()) {
      markInterrupted(exchange.record, clock.now());
      exchange.close();
    }
    await housekeeping.stop();
    await writes.flush();
    await writes.enqueue(() => {
      refusals.end();
      journal.end(writes.isIdle);
    });
  };

  await writes.flush();
  return {
    arrive,
    open,
    subscribe,
    addSecrets: (more) => {
      for (const secret of more) secrets.add(secret);
      inner = createRedactor([...secrets]);
    },
    get trouble() {
      return trouble.current;
    },
    subscribeTrouble: trouble.subscribe,
    active,
    get waiting() {
      return writes.waiting;
    },
    answerSoFar: async (id) => active.values().find((exchange) => exchange.id === id)?.answerSoFar,
    losses,
    recovered: housekeeping.run(),
    recover: housekeeping.recover,
    makeRoom: housekeeping.makeRoom,
    flush: async () => writes.flush(),
    close,
  };
};
