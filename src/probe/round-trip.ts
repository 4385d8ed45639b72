import { fetchGateway } from '../base/fetch-gateway.ts';
import type { Ask, Probe, ProbeAnswer, ProbeRefusal } from './probe.ts';
import type { Step } from './step.ts';

const REMEDIES: Readonly<Record<ProbeRefusal['origin'], string>> = {
  client: 'See that the gateway runs, and that GOMODEL_MASTER_KEY here is its key.',
  gateway: 'The message is the gateway’s own: do what it says, and look at its terminal.',
  network: 'The gateway works; the way from it to the provider does not. Check the network and HTTPS_PROXY.',
  upstream: 'The gateway works; these are the provider’s words. Check the key, its quota, and --model.',
};

const formatMs = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);

type Answered = Extract<ProbeAnswer, { kind: 'answered' }>;

/** Where the time went: to the gateway and back, in it, and the rest, which is the upstream's and its network's. */
const describeHops = ({ firstEventMs, gatewayMs }: Answered, healthMs: number): string => {
  const restMs = Math.max(0, firstEventMs - healthMs - (gatewayMs ?? 0));
  const rest = gatewayMs === undefined ? 'gateway and upstream' : `gateway ${formatMs(gatewayMs)}, upstream`;
  return `client to gateway ${formatMs(healthMs)}, ${rest} ${formatMs(restMs)} to the first event`;
};

const judge = (name: string, answer: ProbeAnswer, healthMs: number): Step => {
  if (answer.kind === 'refused') {
    const { status, origin, message } = answer.refusal;
    const told = `${origin}${status ? ` ${status}` : ''}: ${message}`;
    return { name, state: 'failed', message: told, remedy: REMEDIES[origin] };
  }
  const { summary, events, wholeMs } = answer;
  const ms = Math.round(wholeMs);
  if (summary.finish === 'completed' || summary.finish === 'incomplete') {
    const { inputTokens = 0, outputTokens = 0 } = summary.usage ?? {};
    const facts = `${events} events; ${describeHops(answer, healthMs)}; ${inputTokens} tokens in, ${outputTokens} out`;
    return { name, state: 'ok', message: `${summary.model ?? 'answered'}, ${facts}`, ms };
  }
  const why = summary.error?.message ?? 'the stream ended before its last event';
  return { name, state: 'failed', message: `${why} (after ${events} events)`, remedy: REMEDIES.upstream, ms };
};

export interface RoundTripInput {
  readonly probe: Omit<Probe, 'signal'>;
  /** One request over HTTP, compressed with zstd, and one over a WebSocket. */
  readonly ask: { readonly http: Ask; readonly websocket: Ask };
  readonly timeoutMs: number;
  /** What the log says that the gateway itself took for an answer, where the answer does not say it. */
  readonly findGatewayMs: (responseId: string) => Promise<number | undefined>;
  /** Told as soon as a step has an outcome. */
  readonly onStep: (step: Step) => void;
}

/** The time of the shortest of a few requests that the gateway answers by itself. */
const measureHealth = async ({ baseUrl, signal }: Pick<Probe, 'baseUrl' | 'signal'>): Promise<number> => {
  let shortest = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 3; count++) {
    const startedAt = performance.now();
    await fetchGateway(new URL('/health', baseUrl), { signal }).then((response) => response.arrayBuffer());
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
};

const OFF = 426;

/**
 * Sends real model requests through a gateway, as Codex would: that something can be reached proves nothing.
 * Two requests of about a hundred tokens in and few out.
 */
export const roundTrip = async (input: RoundTripInput): Promise<Step[]> => {
  const { probe, ask, timeoutMs, findGatewayMs, onStep } = input;
  const steps: Step[] = [];
  const tell = (step: Step): void => {
    steps.push(step);
    onStep(step);
  };
  const within = (): Probe => ({ ...probe, signal: AbortSignal.timeout(timeoutMs) });
  const healthMs = await measureHealth(within()).catch(() => 0);
  const http = await ask.http(within());
  tell(judge('Request over HTTP, zstd', http, healthMs));
  const name = 'Request over WebSocket';
  if (http.kind === 'refused') {
    tell({ name, state: 'skipped', message: 'it would fail as the one over HTTP' });
    return steps;
  }
  const websocket = await ask.websocket(within());
  const gatewayMs =
    websocket.kind === 'answered' && websocket.summary.responseId !== undefined
      ? await findGatewayMs(websocket.summary.responseId)
      : undefined;
  const isOff = websocket.kind === 'refused' && websocket.refusal.status === OFF;
  if (isOff) tell({ name, state: 'skipped', message: 'off (WEBSOCKETS=off): Codex goes on over HTTP' });
  else tell(judge(name, { ...websocket, ...(gatewayMs !== undefined && { gatewayMs }) }, healthMs));
  return steps;
};
