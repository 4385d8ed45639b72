import { signal } from '@preact/signals';
import type { LogLosses } from '../../admin/api-types/log.ts';
import type { StreamEvent } from '../../admin/api-types/stream.ts';
import { access, api, apiAddress } from './api.ts';

/** Whether events arrive. `lost` tries again by itself. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

/** What keeps the gateway from writing its log. */
export const trouble = signal<string | undefined>(undefined);

/** What the log had to give up since the gateway started. */
export const lost = signal<LogLosses>({ lines: 0, bodies: 0 });

/** The gateway's clock minus this one's, in milliseconds: running times are counted by its clock. */
export const clockSkewMs = signal(0);

/** Whether a hidden page hears on: whoever wants to be notified has asked for it. */
export const keepListening = signal(false);

const SILENCE_MS = 25_000;
const RETRY_MS = 2000;
/** A browser opens six connections to one host: hidden tabs must not keep them from the visible ones. */
const HIDDEN_MS = 30_000;

type Listener = (event: StreamEvent) => void;
const listeners = new Set<Listener>();

/** Hears every event from now on. @returns a function that ends it */
export const listen = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const gapListeners = new Set<() => void>();

/** Hears that events were missed, so that what was read before may be out of date. @returns a function that ends it */
export const listenToGaps = (listener: () => void): (() => void) => {
  gapListeners.add(listener);
  return () => gapListeners.delete(listener);
};

let source: EventSource | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let hidden: ReturnType<typeof setTimeout> | undefined;
let lastEventId: string | undefined;
let wanted = false;
let hasGreeted = false;

const take = (event: MessageEvent<string>): void => {
  lastEventId = event.lastEventId;
  connection.value = 'live';
  expectMore();
  const told = JSON.parse(event.data) as StreamEvent;
  // The first greeting says nothing new: what is shown was read a moment ago.
  const isGap = told.type === 'hello' && !told.resumed && hasGreeted;
  if (told.type === 'hello') hasGreeted = true;
  if (told.type === 'hello' || told.type === 'beat') {
    clockSkewMs.value = Date.parse(told.now) - Date.now();
    if (told.lost.lines !== lost.value.lines || told.lost.bodies !== lost.value.bodies)
      lost.value = told.lost;
  }
  if (told.type === 'trouble') trouble.value = told.message;
  for (const listener of listeners) listener(told);
  if (isGap) for (const listener of gapListeners) listener();
};

/** A connection can die without a word (a sleeping laptop): the beat that does not come tells. */
const expectMore = (): void => {
  clearTimeout(silence);
  silence = setTimeout(reconnect, SILENCE_MS);
};

const reconnect = (): void => {
  disconnect();
  connection.value = 'lost';
  retry = setTimeout(startFeed, RETRY_MS);
};

/** Connects, resuming after the last event that was heard. */
export const startFeed = (): void => {
  disconnect();
  wanted = true;
  source = new EventSource(apiAddress('audit/stream', { last_event_id: lastEventId }));
  source.onmessage = take;
  source.onerror = () => {
    reconnect();
    // An event source does not tell a refusal from a dead network: asking does.
    api.session().then(
      ({ required, authenticated }) => {
        if (required && !authenticated) access.value = 'refused';
      },
      () => undefined,
    );
  };
  expectMore();
};

export const stopFeed = (): void => {
  wanted = false;
  disconnect();
};

const disconnect = (): void => {
  clearTimeout(silence);
  clearTimeout(retry);
  source?.close();
  source = undefined;
};

/** Lets go of the connection while nobody looks. */
const rest = (): void => {
  disconnect();
  connection.value = 'connecting';
};

document.addEventListener('visibilitychange', () => {
  clearTimeout(hidden);
  if (!wanted) return;
  if (document.hidden && keepListening.value) return;
  if (document.hidden) hidden = setTimeout(rest, HIDDEN_MS);
  else if (!source) startFeed();
});
