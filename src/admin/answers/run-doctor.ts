import { createId } from '../../base/ids.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { ExchangeWatch } from '../../log/port.ts';
import { askOverHttp } from '../../probe/ask-over-http.ts';
import type { Ask } from '../../probe/probe.ts';
import { roundTrip } from '../../probe/round-trip.ts';
import type { Step } from '../../probe/step.ts';
import type { Upstream } from '../../providers/upstream.ts';
import type { DoctorAnswer } from '../api-types/codex.ts';
import { type InspectCodexDeps, readCodexModel } from './inspect-codex.ts';

export interface DoctorDeps {
  readonly config: GatewayConfig;
  readonly recorder: Pick<ExchangeWatch, 'subscribe' | 'flush'>;
  readonly clock: Clock;
  readonly upstreams: readonly Upstream[];
  readonly version: string;
  /** Of the gateway, without a path. */
  readonly baseUrl: () => string;
  readonly inspect: () => InspectCodexDeps;
  readonly askOverWebSocket: Ask;
}

const TIMEOUT_MS = 60_000;
const DEFAULT_MODEL = 'gpt-5.5';

/** Where only Codex's own sign-in pays, the gateway has nothing to ask a model with. */
const whyNot = ({ config, upstreams }: DoctorDeps): string | undefined =>
  upstreams[0]?.credential === undefined && config.chatgpt.login === 'passthrough'
    ? 'The gateway has no key of its own: it passes on the ChatGPT sign-in of Codex, so a request of Codex is the test.'
    : undefined;

/** What the gateway itself took for the answers that end from now on. */
const watchOverhead = (recorder: DoctorDeps['recorder']) => {
  const overheadMs = new Map<string, number | undefined>();
  const stop = recorder.subscribe(({ type, record }) => {
    if (type === 'close' && record.responseId) overheadMs.set(record.responseId, record.overheadMs);
  });
  return {
    find: async (responseId: string): Promise<number | undefined> => {
      // A turn over WebSocket is closed just after its last event has left.
      if (!overheadMs.has(responseId)) await recorder.flush();
      return overheadMs.get(responseId);
    },
    stop,
  };
};

const examine = async (deps: DoctorDeps): Promise<readonly Step[]> => {
  const reason = whyNot(deps);
  if (reason !== undefined) return [{ name: 'Round trip', state: 'skipped', message: reason }];
  const { config, recorder, clock, version, baseUrl, inspect, askOverWebSocket } = deps;
  const overhead = watchOverhead(recorder);
  try {
    return await roundTrip({
      probe: {
        baseUrl: `${baseUrl()}/v1`,
        key: config.masterKey ?? createId('gm_run', clock.now()),
        model: (await readCodexModel(inspect().codexHome)) ?? DEFAULT_MODEL,
        userAgent: `gomodel-ts-doctor/${version}`,
      },
      ask: { http: askOverHttp, websocket: askOverWebSocket },
      timeoutMs: TIMEOUT_MS,
      findGatewayMs: overhead.find,
      onStep: () => {},
    });
  } finally {
    overhead.stop();
  }
};

/**
 * `POST codex/doctor`: model requests through this gateway, from its own address. Those who ask while one
 * runs share its answer: each costs money.
 */
export const createRunDoctor = (deps: DoctorDeps): (() => Promise<DoctorAnswer>) => {
  let running: Promise<DoctorAnswer> | undefined;
  const run = async (): Promise<DoctorAnswer> => {
    const startedAtMs = deps.clock.monotonic();
    const steps = [...(await examine(deps))];
    const ok = steps.some(({ state }) => state === 'ok') && !steps.some(({ state }) => state === 'failed');
    return { ok, duration_ms: Math.round(deps.clock.monotonic() - startedAtMs), steps };
  };
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
};
