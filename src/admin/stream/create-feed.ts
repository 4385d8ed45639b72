import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ExchangeEvent, ExchangeRecord, ExchangeWatch } from '../../log/port.ts';
import type { AuditEntry } from '../api-types/entry.ts';
import type { LogLosses } from '../api-types/log.ts';
import type { StreamEvent } from '../api-types/stream.ts';
import { createEventRing } from './event-ring.ts';

export interface FeedDeps {
  readonly recorder: Pick<ExchangeWatch, 'subscribe' | 'subscribeTrouble' | 'active' | 'trouble' | 'losses'>;
  readonly price: (record: ExchangeRecord) => AuditEntry;
  readonly now: () => number;
}

/** Tells what happens to everyone who listens. */
export interface Feed {
  /** @param lastEventId the last event that the listener has, from an earlier connection */
  connect(response: ServerResponse, lastEventId: string | undefined): void;
  readonly listeners: number;
  close(): void;
}

/** Events of so long leave in one write: for longer where the last write had many, which nobody reads singly. */
const GATHER_MS = 50;
const GATHER_MANY_MS = 250;
const MANY_EVENTS = 8;
/** A running exchange is told at most four times a second. */
const UPDATE_MS = 250;
const BEAT_MS = 10_000;
/** How many running exchanges are told of, each time, that nothing but more events came. */
const MAX_GROWING = 50;
/** A browser that reconnects, after a sleep or a change of network, finds what it missed. */
const LINGER_MS = 60_000;
/** What a listener has not taken yet; one that is slower is dropped, and resumes or reads the log again. */
const MAX_UNREAD_BYTES = 2 * 2 ** 20;

/**
 * The event stream. While nobody listens, it is not subscribed to anything and costs nothing; while
 * somebody does, an event costs the traffic an entry in a list.
 */
export const createFeed = ({ recorder, price, now }: FeedDeps): Feed => {
  const listeners = new Set<ServerResponse>();
  const ring = createEventRing(randomBytes(4).toString('hex'));
  let pending: ExchangeEvent[] = [];
  let changed: ExchangeRecord[] = [];
  const toldEvents = new WeakMap<ExchangeRecord, number>();
  let leave: (() => void) | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let gatherMs = GATHER_MS;
  let lingering: NodeJS.Timeout | undefined;

  const iso = (): string => new Date(now()).toISOString();

  const write = (listener: ServerResponse, text: string): void => {
    listener.write(text);
    if (listener.writableLength > MAX_UNREAD_BYTES) listener.destroy();
  };
  const tell = (text: string): void => {
    if (text !== '') for (const listener of listeners) write(listener, text);
  };

  const flush = (): void => {
    gathering = undefined;
    gatherMs = pending.length > MANY_EVENTS ? GATHER_MANY_MS : GATHER_MS;
    // Of an exchange that came and went meanwhile, its end says all.
    const ended = new Set(pending.flatMap(({ type, record }) => (type === 'close' ? [record.id] : [])));
    const events = pending.filter(({ type, record }) => type === 'close' || !ended.has(record.id));
    pending = [];
    tell(events.map(({ type, record }) => ring.add({ type, record: price(record) })).join(''));
  };
  const onExchange = (event: ExchangeEvent): void => {
    if (event.type === 'update') {
      changed.push(event.record);
      return;
    }
    pending.push(event);
    gathering ??= setTimeout(flush, gatherMs);
  };
  /** Those whose events have become more, without anything else that the recorder tells. */
  const growing = (): ExchangeRecord[] => {
    const found: ExchangeRecord[] = [];
    for (const { record } of recorder.active.values()) {
      const { events = 0 } = record.response;
      if (found.length >= MAX_GROWING) break;
      if (events === 0 || toldEvents.get(record) === events) continue;
      toldEvents.set(record, events);
      found.push(record);
    }
    return found;
  };
  /** Not kept for those who come back: they are told how every running exchange stands. */
  const tellChanged = (): void => {
    const running = [...new Set([...changed, ...growing()])].filter(
      ({ durationMs }) => durationMs === undefined,
    );
    changed = [];
    tell(running.map((record) => ring.frame({ type: 'update', record: price(record) })).join(''));
  };
  const lost = (): LogLosses => ({ ...recorder.losses });
  const beat = (): void => tell(ring.frame({ type: 'beat', now: iso(), lost: lost() }));
  const tellTrouble = (): void => {
    tell(ring.add({ type: 'trouble', ...recorder.trouble }));
  };

  const subscribe = (): void => {
    clearTimeout(lingering);
    if (leave) return;
    const unsubscribe = recorder.subscribe(onExchange);
    const unsubscribeTrouble = recorder.subscribeTrouble(tellTrouble);
    const updates = setInterval(tellChanged, UPDATE_MS).unref();
    const beats = setInterval(beat, BEAT_MS).unref();
    leave = () => {
      unsubscribe();
      unsubscribeTrouble();
      clearInterval(updates);
      clearInterval(beats);
      clearTimeout(gathering);
      gathering = undefined;
      pending = [];
      changed = [];
      ring.forget();
      leave = undefined;
    };
  };
  const disconnect = (response: ServerResponse): void => {
    listeners.delete(response);
    if (listeners.size > 0) return;
    clearTimeout(lingering);
    lingering = setTimeout(() => leave?.(), LINGER_MS).unref();
  };

  return {
    connect: (response, lastEventId) => {
      // What waits is for those who were here already: it is in the ring before the new one is greeted.
      subscribe();
      flush();
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // A proxy in front of the gateway must pass the events on as they come.
        'x-accel-buffering': 'no',
      });
      const missed = ring.after(lastEventId);
      const running = recorder.active.values().map(({ record }) => price(record));
      const resumed = missed !== undefined;
      const hello: StreamEvent = { type: 'hello', resumed, now: iso(), running, lost: lost() };
      const trouble: StreamEvent = { type: 'trouble', ...recorder.trouble };
      response.write(
        ring.frame(hello, missed === undefined ? undefined : lastEventId) +
          (missed ?? []).join('') +
          ring.frame(trouble),
      );
      listeners.add(response);
      response.once('close', () => disconnect(response));
    },
    get listeners() {
      return listeners.size;
    },
    close: () => {
      clearTimeout(lingering);
      leave?.();
      for (const listener of listeners) listener.end();
    },
  };
};
