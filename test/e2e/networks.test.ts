import { describe, expect, it, onTestFinished } from 'vitest';
import { runCodex } from '../support/codex/run-codex.ts';
import { createNetwork, FAR, NEAR, type Network, whyNoNetworks } from '../support/places/network.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Script } from '../support/upstream/script.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { keyProvider } from './codex-config.ts';

const OTHER_NEAR = '10.77.0.9';
const ANSWER = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;

const why = whyNoNetworks();
const place = why === undefined ? 'Codex 0.171.0' : `this machine makes no networks: ${why}`;

/** Another Wi-Fi, another address: nobody is told. */
const changeAddress = (network: Network): void => {
  network.near('ip', 'address', 'del', `${NEAR}/24`, 'dev', 'near');
  network.near('ip', 'address', 'add', `${OTHER_NEAR}/24`, 'dev', 'near');
};

const startScene = async (script: Script) => {
  const network = await createNetwork();
  const upstream = await startUpstream(script);
  onTestFinished(() => upstream.close());
  const { port } = await network.expose(Number(new URL(upstream.url).port));
  const { v1 } = await network.startGateway({
    OPENAI_BASE_URL: `http://${FAR}:${port}/v1`,
    OPENAI_API_KEY: 'sk-test',
  });
  const ask = () =>
    runCodex({
      version: '0.171.0',
      prompt: 'Reply with exactly ok and no punctuation.',
      configToml: keyProvider(v1),
      env: { OPENAI_API_KEY: 'anything' },
    });
  return { network, upstream, ask };
};

const answered = { code: 0, stdout: expect.stringMatching(/^ok\s*$/) };

describe.skipIf(why !== undefined)(place, () => {
  it('goes on after this machine has moved to another network', async () => {
    const { network, ask } = await startScene(ANSWER);
    expect(await ask()).toMatchObject(answered);
    changeAddress(network);
    expect(await ask()).toMatchObject(answered);
  });

  it('asks again by itself where the network changes in the middle of an answer', async () => {
    const { network, upstream, ask } = await startScene([
      { ...ANSWER, eventLimit: 3, finally: 'hang' },
      ANSWER,
    ]);
    const running = ask();
    await upstream.request(0);
    changeAddress(network);
    expect(await running).toMatchObject(answered);
    expect(upstream.requests).toHaveLength(2);
  });
});
