import { fetchGateway } from '../base/fetch-gateway.ts';
import { isObject, type JsonObject } from '../base/json-object.ts';

const ANSWER_WITHIN_MS = 2_000;

const plural = (count: number, what: string): string => `${count.toLocaleString('en-US')} ${what}`;

const describeSignal = (signal: string, { waiting, dropped, trouble }: JsonObject): string => {
  const reasons = Object.entries(isObject(dropped) ? dropped : {}).filter(([, count]) => Number(count) > 0);
  const lost = reasons.reduce((sum, [, count]) => sum + Number(count), 0);
  const why = reasons.map(([reason, count]) => `${reason} ${count}`).join(', ');
  return [
    `${signal} ${trouble === undefined ? 'sent' : `not taken (${trouble})`}`,
    ...(Number(waiting) > 0 ? [plural(Number(waiting), 'waiting')] : []),
    ...(lost > 0 ? [`${plural(lost, 'dropped')} (${why})`] : []),
  ].join(', ');
};

/** How a running gateway stands with its collectors, a line for each signal; none where it has none. */
export const askTelemetry = async (url: string): Promise<readonly string[]> => {
  try {
    const response = await fetchGateway(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const answer: unknown = await response.json();
    const telemetry = isObject(answer) ? answer.telemetry : undefined;
    return Object.entries(isObject(telemetry) ? telemetry : {}).flatMap(([signal, state]) =>
      isObject(state) ? [describeSignal(signal, state)] : [],
    );
  } catch {
    return [];
  }
};
