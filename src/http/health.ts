import type { RequestHandler } from 'express';
import { INERT_ANSWER } from '../base/inert-answer.ts';
import type { ExchangeWatch } from '../log/capture/recorder.ts';

export interface HealthDeps {
  readonly version: string;
  readonly isGuarded: () => boolean;
  /** Of this gateway and no other, all its workers included, for as long as it runs. */
  readonly instance: string;
}

/** The answer's header line that names the gateway: a port may have gone to another one. */
export const INSTANCE_HEADER = 'x-gomodel-instance';

/** `GET /health`: the process is up. `auth` says whether a client needs the gateway's key. */
export const health =
  ({ version, isGuarded, instance }: HealthDeps): RequestHandler =>
  (_request, response) => {
    response.set({ ...INERT_ANSWER, [INSTANCE_HEADER]: instance }).json({
      status: 'ok',
      service: 'gomodel-ts',
      version,
      auth: isGuarded() ? 'master_key' : 'none',
    });
  };

export interface ReadyDeps {
  readonly recorder: ExchangeWatch;
  readonly isClosing: () => boolean;
  /** What is wrong with the upstream's configuration, in a sentence; undefined if nothing is. */
  readonly upstreamTrouble: () => string | undefined;
  /** Where requests are served by processes of their own. */
  readonly workers?: () => WorkersState;
  /** Where a database is shared with other gateways. */
  readonly storage?: () => StorageState | undefined;
  /** Where collectors are told what happens. */
  readonly telemetry?: (() => TelemetryState) | undefined;
}

/** By signal, how it stands with what a collector is sent; traffic never waits for it. */
export type TelemetryState = Readonly<
  Record<
    string,
    {
      readonly waiting: number;
      /** By reason. */
      readonly dropped: Readonly<Record<string, number>>;
      /** Absent while the collector takes what it is sent. */
      readonly trouble?: string;
    }
  >
>;

/** Without its database a gateway serves on, so that this is no reason to send it nothing. */
export interface StorageState {
  /** `ok`, or why it does not answer. */
  readonly postgresql: string;
  /** Exchanges that have ended and are not in the database yet, and for how long the oldest has waited. */
  readonly log?: { readonly behind: number; readonly behindMs: number };
  /** The same of their bodies, where these go elsewhere; and `ok`, or why they cannot be stored, read or deleted. */
  readonly bodies?: { readonly store: string; readonly behind: number; readonly behindMs: number };
}

export interface WorkersState {
  readonly wanted: number;
  readonly running: number;
  /** How many have died since the start; each is replaced. */
  readonly died: number;
}

/** `GET /readyz`: what the gateway needs is there; 503 and the reasons where it is not. */
export const ready = ({
  recorder,
  isClosing,
  upstreamTrouble,
  workers,
  storage,
  telemetry,
}: ReadyDeps): RequestHandler => {
  let interrupted = 0;
  void recorder.recovered.then(({ length }) => {
    interrupted = length;
  });
  return (_request, response) => {
    const { trouble, losses } = recorder;
    const checks = {
      accepting: isClosing() ? 'the gateway is stopping' : 'ok',
      log: trouble ? `${trouble.message} (since ${trouble.since})` : 'ok',
      upstream: upstreamTrouble() ?? 'ok',
    };
    const isReady = Object.values(checks).every((state) => state === 'ok');
    response
      .set(INERT_ANSWER)
      .status(isReady ? 200 : 503)
      .json({
        status: isReady ? 'ready' : 'not_ready',
        checks,
        // What the log lacks, and what it found of a gateway that was killed: known, and no reason to refuse.
        log: { lost: losses, interrupted },
        ...(workers && { workers: workers() }),
        ...(storage && { storage: storage() }),
        ...(telemetry && { telemetry: telemetry() }),
      });
  };
};
