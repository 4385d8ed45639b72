import type { Recorder } from '../../log/capture/recorder.ts';
import { markInterrupted } from '../../log/interrupted.ts';
import { createListeners } from '../../log/listeners.ts';
import type {
  ExchangeEvent,
  ExchangeRecord,
  ExchangeWatch,
  LogReader,
  Losses,
  RecorderTrouble,
} from '../../log/port.ts';
import { inTime } from './in-time.ts';
import type { Link } from './link.ts';
import type { Told, WorkerCalls } from './protocol.ts';

/**
 * A worker that does not answer in time is left out of the answer, and not waited for. Where it has died, what
 * becomes of its exchanges is told by `bury`.
 */
const ANSWER_WITHIN_MS = 2_000;

export interface MergeDeps {
  /** The primary's own: it writes for workers that died, and keeps the log. */
  readonly own: Recorder;
  readonly log: Pick<LogReader, 'get'>;
  readonly now: () => number;
}

/** What is known of one worker. */
export interface WorkerView {
  /** Takes in what it tells. @returns how many exchanges ended of which it could not tell */
  take(told: Told): number;
  /**
   * It has died: what it was killed in is given its end in the log, and told.
   * @returns how many exchanges ran in it
   */
  bury(): Promise<number>;
}

/** Everything that happens in all workers, as if it were one process. */
export interface MergedRecorder extends ExchangeWatch {
  add(link: Link<WorkerCalls>): WorkerView;
}

interface RunningExchange {
  readonly record: ExchangeRecord;
  readonly link: Link<WorkerCalls>;
}

interface View {
  losses: Losses;
  trouble: RecorderTrouble | undefined;
}

export const mergeRecorders = ({ own, log, now }: MergeDeps): MergedRecorder => {
  const active = new Map<string, RunningExchange>();
  const views = new Map<Link<WorkerCalls>, View>();
  const exchanges = createListeners<ExchangeEvent>();
  const troubles = createListeners<RecorderTrouble | undefined>();
  /** Of workers that are no more. */
  const past: Losses = { lines: 0, bodies: 0 };
  let saidTrouble: RecorderTrouble | undefined;

  const currentTrouble = (): RecorderTrouble | undefined =>
    own.trouble ?? [...views.values()].find(({ trouble }) => trouble)?.trouble;
  const tellTrouble = (): void => {
    const trouble = currentTrouble();
    if (trouble?.message === saidTrouble?.message) return;
    saidTrouble = trouble;
    troubles.tell(trouble);
  };
  own.subscribeTrouble(tellTrouble);

  const note = (link: Link<WorkerCalls>, event: ExchangeEvent): void => {
    const known = active.get(event.record.id);
    // Those who watch keep the record that they were given first.
    const record = known ? Object.assign(known.record, event.record) : event.record;
    if (event.type === 'close') {
      active.delete(record.id);
      exchanges.tell({ type: 'close', record });
    } else {
      active.set(record.id, { record, link });
      exchanges.tell({ type: known ? 'update' : 'open', record });
    }
  };
  const idsOf = (link: Link<WorkerCalls>): string[] =>
    [...active].filter(([, running]) => running.link === link).map(([id]) => id);

  /** Tells the end of those that ended unseen, as the log has it. */
  const tellEnds = async (ids: readonly string[], isDead: boolean): Promise<void> => {
    for (const id of ids) {
      const running = active.get(id);
      const logged = await log.get(id).catch(() => undefined);
      if (!running || !active.delete(id)) continue;
      const record = Object.assign(running.record, logged?.record);
      // What the log does not have never left for an upstream.
      if (isDead && record.durationMs === undefined) markInterrupted(record, now());
      exchanges.tell({ type: 'close', record });
    }
  };

  const catchUp = async (link: Link<WorkerCalls>, running: readonly ExchangeRecord[]): Promise<void> => {
    const still = new Set(running.map(({ id }) => id));
    const ended = idsOf(link).filter((id) => !still.has(id));
    for (const record of running) note(link, { type: 'update', record });
    await inTime(link.call('flush', undefined), ANSWER_WITHIN_MS);
    await tellEnds(ended, false);
  };

  const add = (link: Link<WorkerCalls>): WorkerView => {
    const view: View = { losses: { lines: 0, bodies: 0 }, trouble: undefined };
    views.set(link, view);
    return {
      take: ({ events, losses, trouble, missed }) => {
        view.losses = losses;
        view.trouble = trouble;
        tellTrouble();
        if (missed) void catchUp(link, missed.running);
        for (const event of events) note(link, event);
        return missed?.ended ?? 0;
      },
      bury: async () => {
        views.delete(link);
        past.lines += view.losses.lines;
        past.bodies += view.losses.bodies;
        tellTrouble();
        // What an earlier gateway was killed in is none of this worker's.
        await own.recovered;
        const found = await own.recover();
        const known = idsOf(link);
        await tellEnds(known, true);
        // It died before it could tell of them.
        const untold = found.filter(({ id }) => !known.includes(id));
        for (const record of untold) exchanges.tell({ type: 'close', record });
        return known.length + untold.length;
      },
    };
  };

  return {
    add,
    subscribe: exchanges.add,
    get trouble() {
      return currentTrouble();
    },
    subscribeTrouble: troubles.add,
    active: {
      get size() {
        return active.size;
      },
      values: () => [...active.values()],
    },
    answerSoFar: async (id) => {
      const link = active.get(id)?.link;
      return link && (await inTime(link.call('answerSoFar', id), ANSWER_WITHIN_MS));
    },
    get losses() {
      const all = [past, own.losses, ...[...views.values()].map(({ losses }) => losses)];
      return {
        lines: all.reduce((sum, { lines }) => sum + lines, 0),
        bodies: all.reduce((sum, { bodies }) => sum + bodies, 0),
      };
    },
    recovered: own.recovered,
    flush: async () => {
      await Promise.all(
        [...views.keys()].map((link) => inTime(link.call('flush', undefined), ANSWER_WITHIN_MS)),
      );
      await own.flush();
    },
  };
};
