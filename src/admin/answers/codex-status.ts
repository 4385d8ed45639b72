import type { CommonFacts } from '../../log/port.ts';
import type { CodexStatusAnswer, SeenClient } from '../api-types/codex.ts';
import { priceEntry } from '../cost/create-pricing.ts';
import { type InspectCodexDeps, inspectCodex } from './inspect-codex.ts';
import type { LogDeps } from './log.ts';
import { eachFacts } from './usage-sums.ts';

export interface CodexDeps extends LogDeps {
  readonly inspect: () => InspectCodexDeps;
}

/** The newest exchange of a client. */
interface Newest {
  readonly startedAtMs: number;
  readonly id: string;
}

interface Sighting {
  readonly name: string;
  readonly version: string | undefined;
  requests: number;
  readonly encodings: Set<string>;
  readonly transports: Set<string>;
  newest: Newest;
}

const MAX_CLIENTS = 50;

const findClients = async ({ log, pricing }: LogDeps): Promise<SeenClient[]> => {
  const clients = new Map<string, Sighting>();
  const add = (facts: CommonFacts, requests: number, newest: Newest): void => {
    const { clientName: name, clientVersion: version, encoding, transport = 'http' } = facts;
    if (name === undefined) return;
    const key = `${name}/${version ?? ''}`;
    const seen = clients.get(key) ?? {
      name,
      version,
      requests: 0,
      encodings: new Set<string>(),
      transports: new Set<string>(),
      newest,
    };
    clients.set(key, seen);
    seen.requests += requests;
    seen.encodings.add(encoding ?? 'plain');
    seen.transports.add(transport);
    if (newest.startedAtMs > seen.newest.startedAtMs) seen.newest = newest;
  };
  const summed = await log.summed?.({});
  if (summed) {
    const newest = await summed.newestOf(summed.cells);
    for (const cell of summed.cells) {
      const { id = '' } = newest.get(cell) ?? {};
      add(cell.facts, cell.requests, { id, startedAtMs: cell.newestMs });
    }
  } else {
    await eachFacts(log, {}, (facts) => {
      add(facts, 1, { id: facts.id, startedAtMs: facts.startedAtMs });
    });
  }
  const newestFirst = [...clients.values()]
    .sort((one, other) => (one.newest.id < other.newest.id ? 1 : -1))
    .slice(0, MAX_CLIENTS);
  const prices = await pricing();
  const seen: SeenClient[] = [];
  for (const { name, version, requests, encodings, transports, newest } of newestFirst) {
    const detail = newest.id === '' ? undefined : await log.get(newest.id);
    if (!detail) continue;
    seen.push({
      name,
      ...(version === undefined ? {} : { version }),
      requests,
      encodings: [...encodings],
      transports: [...transports],
      last: priceEntry(prices, detail.record),
    });
  }
  return seen;
};

/** `GET codex/status` */
export const answerCodex = async (deps: CodexDeps): Promise<CodexStatusAnswer> => {
  const [config, clients] = await Promise.all([inspectCodex(deps.inspect()), findClients(deps)]);
  return { ...config, clients };
};
