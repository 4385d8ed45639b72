import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** In seconds: GoModel's, and beyond, since a turn of reasoning may take minutes. */
const DURATION_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const FIRST_BYTE_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];
const OVERHEAD_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];

const EXCHANGE = ['provider', 'model', 'endpoint', 'stream'] as const;
const BUDGET = ['scope', 'child', 'period', 'unit'] as const;

/** Everything that is measured; the first three have GoModel's names and labels. */
export const createInstruments = () => {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> => new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> => new Gauge({ name, help, labelNames: [...labelNames], registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ): Histogram<Label> => new Histogram({ name, help, labelNames: [...labelNames], buckets, registers });

  return {
    registry,
    requests: counter('gomodel_requests_total', 'Requests that have ended.', [
      ...EXCHANGE,
      'status_code',
      'status_type',
    ]),
    duration: histogram(
      'gomodel_request_duration_seconds',
      'From the arrival of a request to the end of its answer.',
      EXCHANGE,
      DURATION_BUCKETS,
    ),
    inFlight: gauge('gomodel_requests_in_flight', 'Requests that run.', ['provider', 'endpoint', 'stream']),
    firstByte: histogram(
      'gomodel_time_to_first_byte_seconds',
      "From the arrival of a request to the first byte of the provider's answer.",
      EXCHANGE,
      FIRST_BYTE_BUCKETS,
    ),
    overhead: histogram(
      'gomodel_overhead_seconds',
      'What the gateway itself took, waiting for nobody.',
      ['endpoint'],
      OVERHEAD_BUCKETS,
    ),
    tokens: counter('gomodel_tokens_total', 'Tokens, each counted under one kind.', [
      'provider',
      'model',
      'kind',
    ]),
    webSearches: counter('gomodel_web_searches_total', 'Searches of the web that providers charge for.', [
      'provider',
      'model',
    ]),
    cost: counter('gomodel_cost_usd_total', 'What was used, in USD; under "plan" what a subscription paid.', [
      'provider',
      'model',
      'paid_by',
    ]),
    failures: counter('gomodel_failures_total', 'Exchanges that failed, by the hop at fault.', [
      'origin',
      'code',
    ]),
    attempts: counter('gomodel_attempts_total', 'Tries at a provider.', ['provider', 'outcome']),
    breakers: gauge('gomodel_breaker_processes', 'Processes by the state of their breaker for a provider.', [
      'provider',
      'state',
    ]),
    logLag: gauge('gomodel_log_lag_seconds', 'For how long the log could not be written; 0 where it can.'),
    logWaiting: gauge('gomodel_log_waiting_exchanges', 'Exchanges that wait to be written to the log.'),
    logWaitingBytes: gauge('gomodel_log_waiting_bytes', 'Bodies that wait to be written to the log.'),
    lost: counter('gomodel_log_lost_total', 'What the log lacks since the start.', ['what']),
    database: gauge('gomodel_database_up', 'Whether a database that gateways share answers.', ['database']),
    shippingLag: gauge(
      'gomodel_log_shipping_lag_seconds',
      'How long the oldest exchange has waited that the shared log lacks.',
    ),
    shippingWaiting: gauge(
      'gomodel_log_shipping_waiting_exchanges',
      'Exchanges that the shared log lacks; they are in the journal of this gateway.',
    ),
    telemetryDropped: counter(
      'gomodel_telemetry_dropped_total',
      'Spans, log records and metrics that no collector got since the start.',
      ['signal', 'reason'],
    ),
    telemetryWaiting: gauge('gomodel_telemetry_waiting', 'What waits to be sent to a collector.', ['signal']),
    interrupted: counter(
      'gomodel_exchanges_interrupted_total',
      'Exchanges in which an earlier gateway, or a process of this one, was killed.',
    ),
    budgetLimit: gauge('gomodel_budget_limit', 'The limit of a budget, in its unit.', BUDGET),
    budgetLeft: gauge('gomodel_budget_left', 'What is left of a budget in its window, in its unit.', BUDGET),
    budgetsHidden: gauge('gomodel_budgets_hidden', 'Budgets that have no series, since there are too many.'),
    processes: gauge('gomodel_processes', 'Processes of this gateway.', ['state']),
    memory: gauge('gomodel_resident_memory_bytes', 'Memory of all its processes.'),
    started: gauge('gomodel_start_time_seconds', 'When it was started, in seconds since the epoch.'),
    build: gauge('gomodel_build_info', 'Its version; always 1.', ['version']),
  };
};

export type Instruments = ReturnType<typeof createInstruments>;
