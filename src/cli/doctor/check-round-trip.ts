import { createId } from '../../base/ids.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { askOverHttp } from '../../probe/ask-over-http.ts';
import { roundTrip } from '../../probe/round-trip.ts';
import type { Step } from '../../probe/step.ts';
import { compose } from '../../server/compose.ts';
import { openLog } from '../../server/open-log.ts';
import { askOverWebSocket } from '../../websocket/ask-over-websocket.ts';
import type { RunningGateway } from '../ask-health.ts';
import { readVersion } from '../version.ts';

export interface CheckRoundTripInput {
  readonly config: GatewayConfig;
  readonly running: RunningGateway | undefined;
  /** The running gateway's; absent: none of this shell is taken. */
  readonly key: string | undefined;
  readonly hasProviderKey: boolean;
  readonly isDemo: boolean;
  readonly model: string;
  readonly onStep: (step: Step) => void;
}

const NAME = 'Round trip';
const TIMEOUT_MS = 60_000;
/** The log's line for an exchange is there soon after its answer. */
const LOOK_BACK = 20;

/** What the gateway itself took for an answer, from its log. */
const findGatewayMs = async (dataDir: string, responseId: string): Promise<number | undefined> => {
  for await (const records of openLog(dataDir).list({}, { newest: LOOK_BACK })) {
    const found = records.find((record) => record.responseId === responseId);
    if (found) return found.overheadMs;
  }
  return undefined;
};

const whyNot = ({ running, key, hasProviderKey, isDemo }: CheckRoundTripInput): string | undefined => {
  if (running && !isDemo && key === undefined) return 'no key of this shell is the gateway’s';
  if (!hasProviderKey && !isDemo) return 'there is no key for the provider; --demo tries the rest of the way';
  return undefined;
};

/** Model requests through the running gateway, or through one that is started for them. */
export const checkRoundTrip = async (input: CheckRoundTripInput): Promise<void> => {
  const { config, running, isDemo, model, onStep } = input;
  const reason = whyNot(input);
  if (reason !== undefined) {
    onStep({ name: NAME, state: 'skipped', message: reason });
    return;
  }
  const key = input.key ?? config.masterKey ?? createId('gm_run', systemClock.now());
  const own =
    running && !isDemo
      ? undefined
      : await compose(
          { ...config, host: undefined, port: 0, tls: undefined, masterKey: key },
          { version: readVersion(), demo: isDemo },
        );
  const url = own?.url ?? running?.url;
  try {
    await roundTrip({
      probe: { baseUrl: `${url}/v1`, key, model, userAgent: `gomodel-ts-doctor/${readVersion()}` },
      ask: { http: askOverHttp, websocket: askOverWebSocket },
      timeoutMs: TIMEOUT_MS,
      findGatewayMs: async (responseId) => {
        await own?.recorder.flush();
        return findGatewayMs(config.dataDir, responseId).catch(() => undefined);
      },
      onStep,
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    onStep({ name: NAME, state: 'failed', message });
  } finally {
    await own?.close(0);
  }
};
