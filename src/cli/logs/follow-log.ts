import { systemClock } from '../../base/time/clock.ts';
import { type LogQuery, type LogReader, matchesQuery } from '../../log/port.ts';
import type { CommandContext } from '../context.ts';
import { createLiveTail } from '../render/tail/live-tail.ts';
import { exitCodeOf, untilSignal } from '../until-signal.ts';

export interface FollowOptions {
  readonly log: LogReader;
  readonly query: LogQuery;
  /** How many earlier exchanges to show first. */
  readonly limit: number;
  readonly json: boolean;
}

/**
 * Shows the newest exchanges, then each further one as it ends, until a signal or until the reader goes.
 * Nothing is left out: the journal waits for a slow reader.
 * @returns the exit code
 */
export const followLog = async (options: FollowOptions, context: CommandContext): Promise<number> => {
  const { log, query, limit, json } = options;
  const { stdout, stderr, env } = context;
  const stop = new AbortController();
  // From here on nothing is missed: what ends while the earlier ones are read comes after them.
  const followed = log.follow('now', stop.signal);
  const tail = createLiveTail({ stream: stdout, notices: stderr, env, clock: systemClock, json });
  const signalled = untilSignal().then(exitCodeOf);
  const ended = Promise.race([signalled, tail.readerGone.then(() => 0)]);
  void ended.then(() => stop.abort());

  /** What has ended before it could be followed, and is told again by the following. */
  const shown = new Set<string>();
  const show = async (): Promise<void> => {
    for await (const records of log.list(query, { newest: limit })) {
      for (const record of records) {
        const type =
          record.durationMs === undefined && record.response.finish === undefined ? 'open' : 'close';
        if (type === 'close') shown.add(record.id);
        tail.show({ type, record });
        await tail.settled();
      }
    }
    for await (const event of followed) {
      if (!matchesQuery(event.record, query) || shown.has(event.record.id)) continue;
      tail.show(event);
      await tail.settled();
    }
  };
  try {
    // A reader that stands still must not keep a signal waiting.
    return await Promise.race([show().then(() => ended), ended]);
  } finally {
    stop.abort();
    await tail.stop();
  }
};
