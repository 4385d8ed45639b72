import type { Recorder } from '../../log/capture/recorder.ts';
import type { ExchangeEvent } from '../../log/exchange.ts';
import type { Told } from './protocol.ts';

export interface TellPrimaryDeps {
  readonly recorder: Pick<Recorder, 'subscribe' | 'subscribeTrouble' | 'active' | 'losses' | 'trouble'>;
  /** Settles when the primary has taken it in; rejects where there is none any more. */
  readonly tell: (told: Told) => Promise<unknown>;
}

export interface TellPrimary {
  /** Settles when all that has happened until now was taken in. */
  flush(): Promise<void>;
}

/** What happens within so long is told in one message. */
const GATHER_MS = 25;
/** Exchanges that wait to be told while the primary takes nothing. */
const MAX_WAITING = 4096;

/**
 * Tells the primary what happens here, a message at a time: the next one leaves when the last was taken in.
 * Meanwhile only the latest of each exchange waits, and beyond a bound only how many have ended, since the
 * log has them: a slow primary costs neither memory nor the traffic's time.
 */
export const createTellPrimary = ({ recorder, tell }: TellPrimaryDeps): TellPrimary => {
  let waiting = new Map<string, ExchangeEvent>();
  let hasNews = false;
  let missed: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> | undefined;

  const compose = (): Told => ({
    events: [...waiting.values()],
    losses: { ...recorder.losses },
    trouble: recorder.trouble,
    ...(missed !== undefined && {
      missed: { ended: missed, running: recorder.active.values().map(({ record }) => record) },
    }),
  });
  const send = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const told = compose();
    waiting = new Map();
    missed = undefined;
    hasNews = false;
    // Without a primary this process ends.
    await tell(told).catch(() => {});
    telling = undefined;
    if (hasNews) schedule();
  };
  const schedule = (): void => {
    hasNews = true;
    if (telling === undefined) timer ??= setTimeout(() => void begin(), GATHER_MS);
  };
  /** Never rejects: what could not be told is dropped. */
  const begin = (): Promise<void> => {
    telling ??= send();
    return telling;
  };

  recorder.subscribe((event) => {
    const { id } = event.record;
    const known = waiting.get(id);
    // One that began and has changed is told as it began, which says how it stands now.
    if (known && event.type === 'update') return;
    waiting.delete(id);
    waiting.set(id, event);
    if (waiting.size > MAX_WAITING) {
      const ended = [...waiting.values()].filter(({ type }) => type === 'close').length;
      missed = (missed ?? 0) + ended;
      waiting.clear();
    }
    schedule();
  });
  recorder.subscribeTrouble(schedule);

  return {
    flush: async () => {
      await telling;
      if (hasNews) await begin();
    },
  };
};
