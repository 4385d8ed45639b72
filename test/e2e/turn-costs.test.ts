import { expect, it, onTestFinished } from 'vitest';
import { startAppServer } from '../support/codex/start-app-server.ts';
import { pricedFolder } from '../support/guard/budget-gateway.ts';
import { startCollector } from '../support/otlp/start-collector.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { keyProvider } from './codex-config.ts';
import { useStage } from './use-stage.ts';

const stage = useStage();
/** Codex asks every 150 s what its turns have cost. */
const PATIENT_MS = 240_000;

it(
  'Codex exports what its turn cost by our ledger, through the gateway, and its tools are in the story',
  async () => {
    const collector = await startCollector();
    onTestFinished(() => collector.close());
    const script = 'text(await tools.exec_command({ cmd: "cat hello.txt" }))';
    const usage = { usage: { inputTokens: 100, cachedTokens: 0, outputTokens: 90, reasoningTokens: 0 } };
    const { gateway } = await stage.setUp(
      [
        { kind: 'sse', events: responsesStream([{ custom: 'exec', input: script }], usage) },
        { kind: 'sse', events: responsesStream([{ text: 'ok' }], usage) },
      ],
      { dataDir: pricedFolder(), env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } },
    );
    const relay = await stage.relayTo(gateway);
    const { origin } = new URL(relay.url);
    const exporterTo = (signal: string): string =>
      `{ otlp-http = { endpoint = "${origin}/v1/${signal}", protocol = "binary" } }`;
    const codex = await startAppServer(
      '0.171.0',
      `${keyProvider(relay.url)}\n[otel]\nexporter = ${exporterTo('logs')}\nmetrics_exporter = ${exporterTo('metrics')}\n`,
      { OPENAI_API_KEY: 'anything' },
    );
    const session = await codex.runTurn('Print hello.txt, then reply ok.');
    const records = await gateway.logs(
      (all) =>
        all.filter(({ durationMs, method }) => method === 'POST' && durationMs !== undefined).length >= 2,
    );
    const turnId = records.find(({ client }) => client.turnId !== undefined)?.client.turnId ?? '?';
    await expect
      .poll(
        () => relay.requests.some(({ url, body }) => url.includes('/turn-costs') && body.includes(turnId)),
        { timeout: PATIENT_MS, interval: 500 },
      )
      .toBe(true);
    await codex.close();
    const story = await gateway.run(['sessions', session]);
    expect(story.stdout).toContain('tool: exec_command approved');
    await gateway.stop();
    // Each of the two answers costs $1: 100 tokens of $0.001 and 90 of $0.01.
    const [cost] = collector.items('/v1/metrics').filter(({ name }) => name === 'codex.turn.cost_microusd');
    expect(cost).toMatchObject({ sum: { dataPoints: [{ asInt: '2000000' }] } });
  },
  PATIENT_MS,
);
