import type { Vitals } from '../../metrics/vitals.ts';
import { firstFound } from './ask-others.ts';
import type { WorkerProcess } from './fork-worker.ts';
import { inTime } from './in-time.ts';
import type { Link } from './link.ts';
import type { WorkerView } from './merge-recorders.ts';
import type { WorkerCalls } from './protocol.ts';
import type { WorkerReservations } from './reserve-for-workers.ts';

/** What the primary has of a worker that runs. */
interface KnownWorker {
  readonly reservations: WorkerReservations;
  readonly link: Link<WorkerCalls>;
  readonly view: WorkerView;
}

export type KnownWorkers = Map<WorkerProcess, KnownWorker>;

/** Tells each; one that has ended needs no word any more. */
export const tellAll = <Name extends keyof WorkerCalls>(
  known: KnownWorkers,
  name: Name,
  input: WorkerCalls[Name]['input'],
): void => {
  for (const { link } of known.values()) link.call(name, input).catch(() => {});
};

/** One that does not answer in time is left out of the metrics. */
const VITALS_WITHIN_MS = 1_000;

/** How those are that say so in time. */
export const vitalsOf = async (known: KnownWorkers): Promise<readonly Vitals[]> => {
  const asked = [...known.values()].map(({ link }) =>
    inTime(link.call('vitals', undefined), VITALS_WITHIN_MS).catch(() => undefined),
  );
  return (await Promise.all(asked)).filter((vitals) => vitals !== undefined);
};

/** What an earlier answer leads to, from whoever has given it: one of the others. */
export const findEarlier = (
  known: KnownWorkers,
  asker: WorkerProcess,
  responseId: string,
): Promise<Buffer | undefined> =>
  firstFound(
    [...known]
      .filter(([worker]) => worker !== asker)
      .map(([, { link }]) => link.call('findEarlier', responseId)),
  );
