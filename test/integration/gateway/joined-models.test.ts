import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { catalogFileOf } from '../../../src/config/data-dir.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';

type Answer = (request: IncomingMessage) => { readonly status?: number; readonly body: unknown };

/** A provider that answers what it is told, and remembers what it was asked. */
const startProvider = async (answer: Answer): Promise<{ url: string; asked: IncomingMessage[] }> => {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const { status = 200, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/v1`, asked };
};

const listing =
  (...ids: readonly string[]): Answer =>
  () => ({ body: { object: 'list', data: ids.map((id) => ({ id })) } });

const CATALOG = [{ slug: 'gpt-5.5', display_name: 'GPT', visibility: 'list', base_instructions: 'Be good.' }];

const start = async (openai: Answer, anthropic: Answer) => {
  const [one, other] = await Promise.all([startProvider(openai), startProvider(anthropic)]);
  const gateway = await composeGateway(one.url, {
    env: { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: other.url, MODEL_LISTS: 'true' },
  });
  return { gateway, openai: one, anthropic: other };
};

interface Entry {
  readonly slug: string;
  readonly [field: string]: unknown;
}

const askCatalog = async (v1: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${v1}/models?client_version=0.169.0`, { headers });
  const models = response.status === 200 ? ((await response.json()) as { models: Entry[] }).models : [];
  return { response, models };
};

describe('GET models of several providers', () => {
  it.each(['openai/gpt-5.5', 'openai%2Fgpt-5.5', 'gpt-5.5'])('finds one of them as %s', async (name) => {
    const { gateway } = await start(listing('gpt-5.5'), listing('claude-sonnet-4-5'));
    const found = await fetch(`${gateway.v1}/models/${name}`);
    expect(await found.json()).toMatchObject({ id: 'gpt-5.5', object: 'model', owned_by: 'openai' });
    const elsewhere = await fetch(`${gateway.v1}/models/anthropic/${name.replace(/^.*(?:\/|%2F)/, '')}`);
    expect(await elsewhere.json()).not.toHaveProperty('id');
  });

  it('joins their lists, each model by the name that leads there', async () => {
    const { gateway } = await start(listing('gpt-5.5', 'both'), listing('claude-sonnet-4-5', 'both'));
    const response = await fetch(`${gateway.v1}/models`);
    expect(await response.json()).toMatchObject({
      object: 'list',
      data: [
        { id: 'gpt-5.5', object: 'model', owned_by: 'openai' },
        { id: 'both', owned_by: 'openai' },
        { id: 'claude-sonnet-4-5', owned_by: 'anthropic', context_window: 200_000 },
        { id: 'anthropic/both', owned_by: 'anthropic' },
      ],
    });
    expect(await gateway.records()).toMatchObject([{ path: '/v1/models', status: 200 }]);
  });

  it('has each of its models alone, and leaves others to the default provider', async () => {
    const { gateway, openai } = await start(listing('gpt-5.5'), listing('claude', 'gpt-5.5'));
    for (const path of ['claude', 'anthropic/gpt-5.5', 'anthropic%2Fgpt-5.5']) {
      const response = await fetch(`${gateway.v1}/models/${path}`);
      expect(await response.json()).toMatchObject({ id: decodeURIComponent(path), owned_by: 'anthropic' });
    }
    await (await fetch(`${gateway.v1}/models/other`)).text();
    expect(openai.asked.at(-1)?.url).toBe('/v1/models/other');
  });

  it('is there also where a provider gives none', async () => {
    const { gateway } = await start(listing('gpt-5.5'), () => ({ status: 500, body: {} }));
    const response = await fetch(`${gateway.v1}/models`);
    expect(await response.json()).toMatchObject({ data: [{ id: 'gpt-5.5' }] });
  });

  it("adds what others serve to the upstream's catalog, so that Codex compacts in time", async () => {
    const { gateway, openai } = await start(
      ({ url }) => (url?.includes('client_version') ? { body: { models: CATALOG } } : { body: { data: [] } }),
      () => ({ body: { data: [{ id: 'claude', max_input_tokens: 150_000 }] } }),
    );
    const { response, models } = await askCatalog(gateway.v1, { 'if-none-match': '"mine"' });
    expect(models).toMatchObject([
      CATALOG[0],
      { slug: 'claude', context_window: 150_000, base_instructions: 'Be good.' },
    ]);
    const asked = openai.asked.find(({ url }) => url?.includes('client_version'));
    expect(asked?.headers['if-none-match']).toBeUndefined();
    const etag = response.headers.get('etag') ?? '';
    expect((await askCatalog(gateway.v1, { 'if-none-match': etag })).response.status).toBe(304);
  });

  it('adds it to the saved catalog, and has entries without any', async () => {
    const { gateway } = await start(listing(), () => ({ body: { data: [{ id: 'claude' }] } }));
    expect((await askCatalog(gateway.v1)).models).toMatchObject([
      { slug: 'claude', context_window: 128_000, base_instructions: expect.stringContaining('coding agent') },
    ]);
    await writeFile(catalogFileOf(gateway.dataDir), JSON.stringify({ models: CATALOG }));
    expect((await askCatalog(gateway.v1)).models.map(({ slug }) => slug)).toEqual(['gpt-5.5', 'claude']);
  });
});

it('a model goes to the provider that lists it, and says so in its record', async () => {
  const { gateway, anthropic } = await start(listing('gpt-5.5'), ({ url }) =>
    url?.includes('/models') ? { body: { data: [{ id: 'claude' }] } } : { status: 429, body: {} },
  );
  await fetch(`${gateway.v1}/models`);
  await fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"claude","input":"hi"}',
  });
  expect(anthropic.asked.at(-1)?.url).toBe('/v1/messages');
  expect((await gateway.records()).at(-1)).toMatchObject({
    provider: 'anthropic',
    route: 'listed',
    status: 429,
  });
});

it('one provider that speaks Responses is not asked for its models by anybody but the client', async () => {
  const openai = await startProvider(listing('gpt-5.5'));
  const gateway = await composeGateway(openai.url, { env: { MODEL_LISTS: 'true' } });
  await gateway.close(0);
  expect(openai.asked).toEqual([]);
});
