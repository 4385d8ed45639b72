import { expect, it, onTestFinished } from 'vitest';
import { startOllama } from '../../support/chat/start-ollama.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const start = async (env: Record<string, string> = {}) => {
  const openai = await startUpstream({ kind: 'json', body: {} });
  onTestFinished(() => openai.close());
  const ollama = await startOllama(['gpt-oss:20b'], openai);
  onTestFinished(() => ollama.close());
  const gateway = await composeGateway(openai.url, { env: { OLLAMA_BASE_URL: ollama.url, ...env } });
  return { openai, ollama, gateway, root: `http://127.0.0.1:${gateway.port}` };
};

it("answers what `codex --oss` asks of Ollama's own API, from the Ollama that is configured", async () => {
  const { openai, ollama, gateway, root } = await start();
  expect(await (await fetch(`${root}/api/version`)).json()).toEqual({ version: '0.13.5' });
  expect(await (await fetch(`${root}/api/tags`)).json()).toMatchObject({ models: [{ name: 'gpt-oss:20b' }] });
  const body = '{"model":"gpt-oss:120b","stream":true}';
  const pulled = await fetch(`${root}/api/pull`, { method: 'POST', body });
  expect(await pulled.text()).toBe('{"status":"pulling manifest"}\n{"status":"success"}\n');
  expect(ollama.asked).toEqual(['GET /api/version', 'GET /api/tags', `POST /api/pull${body}`]);
  expect(openai.requests.length + openai.others.length).toBe(0);
  const records = await gateway.records();
  expect(records.map(({ provider, status }) => [provider, status])).toEqual(Array(3).fill(['ollama', 200]));
});

it('says whose that is where no Ollama is configured', async () => {
  const { root } = await start({ OLLAMA_BASE_URL: '' });
  const response = await fetch(`${root}/api/version`);
  expect(response.status).toBe(404);
  expect(await response.text()).toMatch(/no Ollama is configured.*OLLAMA_BASE_URL/);
});

it('is for nobody who has no key of the gateway', async () => {
  const { ollama, root } = await start({ GOMODEL_MASTER_KEY: MASTER_KEY });
  expect((await fetch(`${root}/api/pull`, { method: 'POST', body: '{}' })).status).toBe(401);
  expect(ollama.asked).toEqual([]);
});

it.each(['/api/delete', '/api/tags/x', '/api/generate', '/api/create'])(
  'serves nothing at %s',
  async (path) => {
    const { ollama, root } = await start();
    expect((await fetch(`${root}${path}`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect(ollama.asked).toEqual([]);
  },
);
