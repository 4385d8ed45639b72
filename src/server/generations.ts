import type { ExchangeWatch } from '../log/capture/recorder.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { Generation } from './compose/compose-generation.ts';
import type { Outward } from './compose/compose-outward.ts';

/** What serves requests by the configuration as it is now, and what still runs by earlier ones. */
export interface Generations {
  now(): Generation;
  /** Asks the present one each time: whoever holds it need not know of reloads. */
  readonly outward: Outward;
  /** The configured providers by their names, the same map at all times. */
  readonly byName: ReadonlyMap<string, Upstream>;
  /** Whose prices count, the same list at all times. */
  readonly priced: readonly Upstream[];
  /** What begins from now on is served by this one; what runs ends on the one that it began on. */
  replace(next: Generation): void;
  close(): Promise<void>;
}

/** How often it is looked whether the last request of an earlier generation has ended. */
const LOOK_EVERY_MS = 500;

const pricedOf = ({ upstreams }: Generation): readonly Upstream[] =>
  upstreams.upstream.name === 'demo' ? [upstreams.upstream] : [...upstreams.upstreams, upstreams.chatgpt];

export const createGenerations = (
  first: Generation,
  recorder: Pick<ExchangeWatch, 'active'>,
): Generations => {
  let current = first;
  const retired = new Map<Generation, NodeJS.Timeout>();
  const byName = new Map<string, Upstream>();
  const priced: Upstream[] = [];

  const show = (generation: Generation): void => {
    byName.clear();
    for (const upstream of generation.upstreams.upstreams) byName.set(upstream.name, upstream);
    priced.splice(0, priced.length, ...pricedOf(generation));
  };
  show(first);

  const end = async (generation: Generation): Promise<void> => {
    clearInterval(retired.get(generation));
    retired.delete(generation);
    generation.outward.close();
    await generation.models.close();
  };

  /** Its connections are closed when nothing that began before this moment runs any more. */
  const retire = (generation: Generation): void => {
    const running = new Set([...recorder.active.values()].map(({ record }) => record.id));
    const look = (): void => {
      for (const { record } of recorder.active.values()) if (running.has(record.id)) return;
      void end(generation).catch(() => {});
    };
    retired.set(generation, setInterval(look, LOOK_EVERY_MS).unref());
  };

  const outwards = (): Outward[] => [...retired.keys(), current].map(({ outward }) => outward);

  return {
    now: () => current,
    byName,
    priced,
    outward: {
      chooseUpstream: (headers) => current.outward.chooseUpstream(headers),
      chooseDestination: (input) => current.outward.chooseDestination(input),
      placing: {
        get isUsed() {
          return current.outward.placing.isUsed;
        },
        prepare: (input) => current.outward.placing.prepare(input),
      },
      clientFor: (upstream) => current.outward.clientFor(upstream),
      ask: (input, handlers) => current.outward.ask(input, handlers),
      retrying: {
        mayTryAgain: (...given) => current.outward.retrying.mayTryAgain(...given),
        forward: (...given) => current.outward.retrying.forward(...given),
        cut: (...given) => {
          for (const { retrying } of outwards()) retrying.cut(...given);
        },
      },
      keys: {
        pick: (...given) => current.outward.keys.pick(...given),
        note: (...given) => current.outward.keys.note(...given),
      },
      prepareCount: (...given) => current.outward.prepareCount(...given),
      breakers: () => current.outward.breakers(),
      cut: (reason, isMeant) => {
        for (const outward of outwards()) outward.cut(reason, isMeant);
      },
      close: () => {
        for (const outward of outwards()) outward.close();
      },
    },
    replace: (next) => {
      const before = current;
      current = next;
      show(next);
      retire(before);
    },
    close: async () => {
      for (const generation of [...retired.keys(), current]) await end(generation);
    },
  };
};
