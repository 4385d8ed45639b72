import type { RequestHandler } from 'express';
import { type Admin, createAdmin } from '../../admin/create-admin.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import type { Tickets } from '../../guard/tickets.ts';
import { type ReadyDeps, ready, type TelemetryState } from '../../http/health.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { Vitals } from '../../metrics/vitals.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { askOverWebSocket } from '../../websocket/ask-over-websocket.ts';
import { instanceOf } from '../create-via.ts';
import type { ComposeOptions } from '../gateway.ts';
import { openEventLog } from '../open-log.ts';
import { shareEvents } from '../shared/share-events.ts';
import { storageStateOf } from '../shared/storage-state.ts';
import type { BudgetKeeper } from './compose-budgets.ts';
import type { Foundation } from './compose-foundation.ts';
import { guarding } from './compose-gate.ts';
import { composeIntake } from './compose-intake.ts';
import { composeLog } from './compose-log.ts';
import { composeMetrics, type MetricsRoute } from './compose-metrics.ts';
import { keepSignIns, withSignIn } from './compose-sign-in.ts';
import { composeTelemetry } from './compose-telemetry.ts';

export interface OperationsInput
  extends Pick<ComposeOptions, 'version' | 'codexHome'>,
    Pick<ReadyDeps, 'isClosing' | 'upstreamTrouble' | 'workers'> {
  readonly config: GatewayConfig;
  /** The same object at all times: a reload changes what is in it. */
  readonly live: GatewayConfig;
  readonly foundation: Foundation;
  readonly clock: Clock;
  readonly recorder: ExchangeWatch;
  readonly checkKey: CheckKey;
  readonly tickets: Tickets;
  /** Those that prices are asked for; a reload changes what is in it. */
  readonly upstreams: readonly Upstream[];
  readonly budgets: BudgetKeeper;
  readonly via: string;
  /** Of each process that answers in time. */
  readonly vitals: () => Promise<readonly Vitals[]>;
}

/** What answers whoever runs the gateway, or sends it telemetry. */
export interface Doors {
  readonly admin: Pick<Admin, 'handle' | 'closeStreams' | 'close'>;
  readonly metrics: Omit<MetricsRoute, 'close'> | undefined;
  readonly intake: RequestHandler;
  readonly readyz: RequestHandler;
}

/** What whoever runs the gateway has of it. */
export interface Operations extends Doors {
  readonly insight: Admin['insight'];
  close(): Promise<void>;
  /** Ends what is told of requests; behind the recorder, since it sends what that has written last. */
  closeLog(flushMs: number): Promise<void>;
}

/** The log as it is read and shipped, the page, `/readyz`, metrics, and telemetry in both directions. */
export const composeOperations = async (input: OperationsInput): Promise<Operations> => {
  const { config, live, foundation, clock, recorder, checkKey, version, via, budgets } = input;
  const { notices, state, keyStore, sealingSecret, ring, gate, url } = foundation;
  const { dataDir, retentionDays } = config;
  const isGuarded = guarding(config, ring);
  const logs = await composeLog(config, recorder, state, clock);
  const ownEvents = openEventLog({ dataDir, retentionDays, now: () => clock.now() });
  const events = state.postgres
    ? shareEvents(state.postgres.openEvents(retentionDays), ownEvents)
    : ownEvents;
  const signIns = await keepSignIns(gate, state);
  const ownAdmin = createAdmin({
    signIns,
    ...{ config: live, recorder: logs.watch, log: logs.log, events, clock },
    ...{ checkKey, ring, keyStore, sealingSecret, adminLog: state.adminLog },
    ...{ isGuarded, tickets: input.tickets, upstreams: input.upstreams, budgets },
    ...{ version, url, codexHome: input.codexHome, askOverWebSocket },
  });
  const admin = await withSignIn(ownAdmin, gate, config, { ...state, checkKey, ring }, signIns, clock);
  const { insight } = admin;
  const storage = storageStateOf(state.postgres, logs.shipping);
  const telemetry = await composeTelemetry({
    ...{ config, recorder, clock, version, insight, tell: notices.tell },
    instance: instanceOf(via),
  });
  const telemetryState = telemetry && ((): TelemetryState => telemetry.state);
  const intake = composeIntake({ config, recorder: logs.watch, clock, checkKey, events, telemetry });
  const { isClosing, upstreamTrouble, workers, vitals } = input;
  const metrics = await composeMetrics({
    ...{ config, recorder, clock, version, ring, isGuarded, checkKey, budgets, vitals, storage, workers },
    pricing: insight.pricing,
    telemetry: telemetryState,
  });
  return {
    admin,
    metrics,
    intake: intake.handle,
    readyz: ready({
      ...{ recorder, isClosing, upstreamTrouble, storage, telemetry: telemetryState },
      ...(workers && { workers }),
    }),
    insight,
    close: async () => {
      metrics?.close();
      intake.close();
      await events.close();
      await admin.close();
    },
    closeLog: async (flushMs) => {
      await telemetry?.close(flushMs);
      await logs.close();
    },
  };
};
