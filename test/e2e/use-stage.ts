import { afterEach, beforeAll } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { type GatewayOptions, type GatewayProcess, startGateway } from '../support/gateway/start-gateway.ts';
import { type Relay, startRelay } from '../support/gateway/start-relay.ts';
import type { DialectDouble, Step } from '../support/translate/dialect-double.ts';
import type { Script } from '../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

export interface Stage {
  /** Starts an upstream that plays the script, and the built gateway in front of it. */
  setUp(script: Script, options?: GatewayOptions): Promise<{ upstream: Upstream; gateway: GatewayProcess }>;
  /** The same, and a double of another provider beside that upstream. */
  setUpProvider(
    start: (steps: readonly [Step, ...Step[]]) => Promise<DialectDouble>,
    steps: readonly [Step, ...Step[]],
    options?: GatewayOptions,
  ): Promise<{ upstream: Upstream; gateway: GatewayProcess; double: DialectDouble }>;
  relayTo(gateway: GatewayProcess): Promise<Relay>;
}

/** For a test file: Codex is installed before its tests, and what a test started ends with it. */
export const useStage = (): Stage => {
  const open: { close(): Promise<unknown> }[] = [];
  const keep = <Resource extends { close(): Promise<unknown> }>(resource: Resource): Resource => {
    open.push(resource);
    return resource;
  };
  beforeAll(async () => {
    for (const version of CODEX_VERSIONS) await ensureCodex(version);
  });
  afterEach(async () => {
    for (const resource of open.splice(0).reverse()) await resource.close();
  });
  const setUp: Stage['setUp'] = async (script, options = {}) => {
    const upstream = keep(await startUpstream(script));
    const gateway = await startGateway({ upstreamUrl: upstream.url, ...options });
    keep({ close: () => gateway.stop() });
    return { upstream, gateway };
  };
  return {
    setUp,
    setUpProvider: async (start, steps, options = {}) => {
      const double = keep(await start(steps));
      const env = { ...double.env, ...options.env };
      return { ...(await setUp({ kind: 'hang' }, { ...options, env })), double };
    },
    relayTo: async (gateway) => keep(await startRelay(gateway.url)),
  };
};

/** The model requests in the log that have ended, oldest first, as soon as there are so many. */
export const endedRequests = async (gateway: GatewayProcess, count: number): Promise<ExchangeRecord[]> => {
  // Over WebSocket, what never went to the upstream is no model request: a refused upgrade, a warm-up.
  const isEnded = ({ method, transport, upstream, durationMs }: ExchangeRecord): boolean =>
    durationMs !== undefined && (method === 'POST' || (transport === 'websocket' && upstream !== undefined));
  const records = await gateway.logs((all) => all.filter(isEnded).length >= count);
  return records.filter(isEnded);
};
