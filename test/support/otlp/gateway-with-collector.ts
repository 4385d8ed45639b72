import { onTestFinished } from 'vitest';
import { composeGateway, type GatewayOptions } from '../gateway/compose-gateway.ts';
import { responsesStream } from '../upstream/responses-stream.ts';
import type { Answer, Script } from '../upstream/script.ts';
import { startUpstream } from '../upstream/start-upstream.ts';
import { startCollector } from './start-collector.ts';

export const OK: Answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) };

/** A collector for one test. */
export const collectorForTest = async () => {
  const collector = await startCollector();
  onTestFinished(() => collector.close());
  return collector;
};

/** An upstream, a collector, and a gateway between them that waits for no company. */
export const setUpTelemetry = async (
  env: Readonly<Record<string, string>> = {},
  script: Script = OK,
  options: GatewayOptions = {},
) => {
  const upstream = await startUpstream(script);
  onTestFinished(() => upstream.close());
  const collector = await collectorForTest();
  const gateway = await composeGateway(upstream.url, {
    ...options,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_BLRP_SCHEDULE_DELAY: '10',
      ...env,
    },
  });
  return { upstream, collector, gateway };
};

export const askModel = async (
  v1: string,
  headers: Readonly<Record<string, string>> = {},
  body: object = {},
): Promise<Response> => {
  const response = await fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'x', stream: true, ...body }),
  });
  await response.text();
  return response;
};
