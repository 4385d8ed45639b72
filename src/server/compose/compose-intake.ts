import type { RequestHandler } from 'express';
import { refuse } from '../../admin/api/dispatch.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { TelemetrySignal } from '../../config/telemetry.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { ClientEventLog } from '../../log/events/client-event.ts';
import { createRedactor } from '../../log/redact.ts';
import type { Telemetry } from '../../telemetry/create-telemetry.ts';
import type { createIntake } from '../../telemetry/intake/create-intake.ts';
import { rememberTraceTurns } from '../../telemetry/intake/trace-turns.ts';
import { listSecrets } from '../list-secrets.ts';

const PATH = /^\/v1\/(traces|logs|metrics)(?:\?|$)/;

/** Where clients send their telemetry. @param url path and query */
export const isTelemetryPath = (url: string): boolean => PATH.test(url);

export interface ComposeIntakeInput {
  readonly config: GatewayConfig;
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  readonly clock: Clock;
  readonly checkKey: CheckKey;
  readonly events: ClientEventLog;
  readonly telemetry: Telemetry | undefined;
}

export interface Intake {
  readonly handle: RequestHandler;
  close(): void;
}

/** Takes in the telemetry of clients. What reads it is loaded with the first that comes. */
export const composeIntake = (input: ComposeIntakeInput): Intake => {
  const { config, recorder, clock, checkKey, events, telemetry } = input;
  const traces = rememberTraceTurns(recorder);
  let loading: Promise<ReturnType<typeof createIntake>> | undefined;
  const load = async (): Promise<ReturnType<typeof createIntake>> => {
    const intake = await import('../../telemetry/intake/create-intake.ts');
    const { turnOf } = traces;
    const redact = createRedactor(listSecrets(config)).text;
    return intake.createIntake({ checkKey, events, turnOf, redact, pass: telemetry?.pass });
  };
  return {
    handle: (request, response, next) => {
      const signal = PATH.exec(request.url)?.[1] as TelemetrySignal | undefined;
      if (signal === undefined) {
        next();
        return;
      }
      loading ??= load();
      loading
        .then((take) => take(signal, request, response))
        .catch((error: unknown) => refuse(response, error, clock.now()));
    },
    close: traces.close,
  };
};
