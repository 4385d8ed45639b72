import type { CodexStatusAnswer, SeenClient } from '../api-types.ts';
import { priceEntry } from '../cost/create-pricing.ts';
import { type Facts, factsOfRecord, factsOfRow, keepFacts } from '../select/facts.ts';
import {
  eachRow,
  type Found,
  placeOf,
  readFound,
  type Selection,
  unfinishedIn,
} from '../select/select-exchanges.ts';
import { type InspectCodexDeps, inspectCodex } from './inspect-codex.ts';
import type { LogDeps } from './log.ts';

export interface CodexDeps extends LogDeps {
  readonly inspect: () => InspectCodexDeps;
}

interface Sighting {
  requests: number;
  readonly encodings: Set<string>;
  readonly transports: Set<string>;
  newest: { readonly facts: Facts; readonly found: Found };
}

const EVERYTHING: Selection = {
  span: { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY },
  filter: {},
};
const MAX_CLIENTS = 50;

const findClients = async ({ index, pricing }: LogDeps): Promise<SeenClient[]> => {
  const clients = new Map<string, Sighting>();
  const see = (facts: Facts, found: () => Found): void => {
    const { clientName, clientVersion, encoding, transport = 'http' } = facts;
    if (clientName === undefined) return;
    const key = `${clientName}/${clientVersion ?? ''}`;
    const known = clients.get(key);
    const seen = known ?? {
      requests: 0,
      encodings: new Set<string>(),
      transports: new Set<string>(),
      newest: { facts: keepFacts(facts), found: found() },
    };
    if (!known) clients.set(key, seen);
    seen.requests++;
    seen.encodings.add(encoding ?? 'plain');
    seen.transports.add(transport);
    if (facts.startedAtMs > seen.newest.facts.startedAtMs) {
      seen.newest = { facts: keepFacts(facts), found: found() };
    }
  };
  await index.refresh();
  await index.visit(EVERYTHING.span, (part) => {
    eachRow(part, EVERYTHING, (row) => see(factsOfRow(part.rows, row), () => placeOf(part, row)));
    for (const record of unfinishedIn(part, EVERYTHING)) {
      see(factsOfRecord(record), () => ({ id: record.id, record }));
    }
  });
  const newestFirst = [...clients.values()]
    .sort((one, other) => (one.newest.facts.id < other.newest.facts.id ? 1 : -1))
    .slice(0, MAX_CLIENTS);
  const prices = await pricing();
  const records = await readFound(
    index,
    newestFirst.map(({ newest }) => newest.found),
  );
  return newestFirst.flatMap(({ requests, encodings, transports, newest }) => {
    const record = records.find(({ id }) => id === newest.facts.id);
    if (!record) return [];
    const { clientName = '', clientVersion } = newest.facts;
    return [
      {
        name: clientName,
        ...(clientVersion === undefined ? {} : { version: clientVersion }),
        requests,
        encodings: [...encodings],
        transports: [...transports],
        last: priceEntry(prices, record),
      },
    ];
  });
};

/** `GET codex/status` */
export const answerCodex = async (deps: CodexDeps): Promise<CodexStatusAnswer> => {
  const [config, clients] = await Promise.all([inspectCodex(deps.inspect()), findClients(deps)]);
  return { ...config, clients };
};
