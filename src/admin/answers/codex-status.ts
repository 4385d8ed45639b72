import { type Facts, keepFacts } from '../../log/port.ts';
import type { CodexStatusAnswer, SeenClient } from '../api-types/codex.ts';
import { priceEntry } from '../cost/create-pricing.ts';
import { type InspectCodexDeps, inspectCodex } from './inspect-codex.ts';
import type { LogDeps } from './log.ts';
import { eachFacts } from './usage-sums.ts';

export interface CodexDeps extends LogDeps {
  readonly inspect: () => InspectCodexDeps;
}

interface Sighting {
  requests: number;
  readonly encodings: Set<string>;
  readonly transports: Set<string>;
  newest: Facts;
}

const MAX_CLIENTS = 50;

const findClients = async ({ log, pricing }: LogDeps): Promise<SeenClient[]> => {
  const clients = new Map<string, Sighting>();
  await eachFacts(log, {}, (facts) => {
    const { clientName, clientVersion, encoding, transport = 'http' } = facts;
    if (clientName === undefined) return;
    const key = `${clientName}/${clientVersion ?? ''}`;
    const known = clients.get(key);
    const seen = known ?? {
      requests: 0,
      encodings: new Set<string>(),
      transports: new Set<string>(),
      newest: keepFacts(facts),
    };
    if (!known) clients.set(key, seen);
    seen.requests++;
    seen.encodings.add(encoding ?? 'plain');
    seen.transports.add(transport);
    if (facts.startedAtMs > seen.newest.startedAtMs) seen.newest = keepFacts(facts);
  });
  const newestFirst = [...clients.values()]
    .sort((one, other) => (one.newest.id < other.newest.id ? 1 : -1))
    .slice(0, MAX_CLIENTS);
  const prices = await pricing();
  const seen: SeenClient[] = [];
  for (const { requests, encodings, transports, newest } of newestFirst) {
    const detail = await log.get(newest.id);
    if (!detail) continue;
    const { clientName = '', clientVersion } = newest;
    seen.push({
      name: clientName,
      ...(clientVersion === undefined ? {} : { version: clientVersion }),
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
