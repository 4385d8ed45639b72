import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { anthropicSpec } from '../../../src/providers/specs/anthropic.ts';
import { groqSpec } from '../../../src/providers/specs/groq.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

interface Store {
  readonly url: string;
  /** Such as `GET /v1/files/file-groq1`. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** A double that stores files and batches under ids with its own name in them. */
const startStore = async (name: string): Promise<Store> => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const batch = { id: `batch_${name}1`, output_file_id: `file-${name}-out` };
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const asked = url.includes('/batches') ? JSON.parse(Buffer.concat(chunks).toString() || '{}') : {};
      const body = url.includes('/batches')
        ? { ...batch, metadata: asked.metadata }
        : { id: `file-${name}1`, bytes: 3 };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

let openai: Store;
let groq: Store;
let anthropic: Store;
beforeEach(async () => {
  [openai, groq, anthropic] = [
    await startStore('openai'),
    await startStore('groq'),
    await startStore('anthropic'),
  ];
  return () => Promise.all([openai.close(), groq.close(), anthropic.close()]);
});

const start = (options: Partial<Parameters<typeof composeGateway>[1]> = {}) =>
  composeGateway(openai.url, {
    configure: withProviders([providerAt(groqSpec, groq.url), providerAt(anthropicSpec, anthropic.url)]),
    ...options,
  });

const upload = async (v1: string, model: string | undefined, headers: Record<string, string> = {}) => {
  const form = new FormData();
  form.set('purpose', 'batch');
  if (model !== undefined) form.set('model', model);
  form.set('file', new Blob(['{}\n']), 'a.jsonl');
  const response = await fetch(`${v1}/files`, { method: 'POST', body: form, headers });
  expect(response.status).toBe(200);
  return ((await response.json()) as { id: string }).id;
};
const ask = (
  url: string,
  body?: object,
  headers: Record<string, string> = {},
  method = body ? 'POST' : 'GET',
) =>
  fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
const lastOf = ({ requests }: Store): string => requests.at(-1) ?? '';

describe('what was stored', () => {
  it('is asked of who holds it: a file, its content, a batch of it and what that wrote', async () => {
    const gateway = await start();
    const id = await upload(gateway.v1, 'groq/some-model');
    expect(id).toBe('file-groq1');
    expect((await ask(`${gateway.v1}/files/${id}`)).status).toBe(200);
    expect(lastOf(groq)).toMatch(/^GET .*\/files\/file-groq1$/);
    await ask(`${gateway.v1}/files/${id}/content`);
    expect(lastOf(groq)).toMatch(/\/files\/file-groq1\/content$/);
    await ask(`${gateway.v1}/batches`, { input_file_id: id, endpoint: '/v1/chat/completions' });
    expect(lastOf(groq)).toMatch(/^POST .*\/batches$/);
    await ask(`${gateway.v1}/files/file-groq-out/content`);
    expect(lastOf(groq)).toMatch(/file-groq-out\/content$/);
    await ask(`${gateway.v1}/batches/batch_groq1/cancel`, {});
    expect(lastOf(groq)).toMatch(/batch_groq1\/cancel$/);
    await ask(`${gateway.v1}/vector_stores`, { file_ids: ['file-groq1'] });
    expect(lastOf(groq)).toMatch(/^POST .*\/vector_stores$/);
    await ask(`${gateway.v1}/files/${id}`, undefined, {}, 'DELETE');
    expect(lastOf(groq)).toMatch(/^DELETE/);
    expect(openai.requests).toHaveLength(0);
    const records = await gateway.records();
    expect(records.slice(1).every(({ route, provider }) => route === 'stored' && provider === 'groq')).toBe(
      true,
    );
  });

  it('is known after a restart, and stays with the default provider where nothing else was said', async () => {
    const dataDir = createTemporaryFolder('holders');
    const first = await start({ dataDir });
    await upload(first.v1, undefined);
    await upload(first.v1, 'groq/some-model');
    await first.close(0);
    const second = await start({ dataDir });
    await ask(`${second.v1}/files/file-openai1`);
    expect(lastOf(openai)).toContain('file-openai1');
    await ask(`${second.v1}/files/file-groq1`);
    expect(lastOf(groq)).toContain('file-groq1');
  });

  it("is Anthropic's where it is asked for in its API", async () => {
    const gateway = await start();
    const headers = { 'anthropic-version': '2023-06-01' };
    expect(await upload(gateway.v1, 'anthropic/claude', headers)).toBe('file-anthropic1');
    await ask(`${gateway.v1}/files/file-anthropic1`, undefined, headers);
    expect(lastOf(anthropic)).toContain('file-anthropic1');
    await ask(`${gateway.v1}/messages/batches/msgbatch_01unknown`, undefined, headers);
    expect(lastOf(anthropic)).toContain('msgbatch_01unknown');
  });

  it('is refused in words where nobody knows who holds it, unless only one can', async () => {
    const gateway = await start();
    const response = await ask(`${gateway.v1}/files/file-unknown1`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/file-unknown1.*openai, groq.*\/p\/openai\//) },
    });
    const alone = await composeGateway(openai.url, {});
    expect((await ask(`${alone.v1}/files/file-unknown1`)).status).toBe(200);
    expect(lastOf(openai)).toContain('file-unknown1');
  });
});

describe('a key that may use some models alone', () => {
  it('reaches what it stored itself, and nothing of others', async () => {
    const dataDir = createTemporaryFolder('holders-keys');
    const desk = await openDesk(dataDir);
    const key = async (name: string, models: string[]) => {
      const { text: secret } = await desk.create({ name, models });
      return { 'x-api-key': secret, authorization: `Bearer ${secret}` };
    };
    const [one, other, elsewhere] = [
      await key('one', ['groq/some-model']),
      await key('other', ['groq/some-model']),
      await key('elsewhere', ['openai/*']),
    ];
    const gateway = await start({ dataDir, env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
    const id = await upload(gateway.v1, 'groq/some-model', one);
    const statusOf = async (headers: Record<string, string>, path = `/files/${id}`) =>
      (await ask(`${gateway.v1}${path}`, undefined, headers)).status;
    expect(await statusOf(one)).toBe(200);
    for (const headers of [other, elsewhere]) {
      expect(await statusOf(headers)).toBe(404);
      expect(await statusOf(headers, `/files/${id}/content`)).toBe(404);
      expect(await statusOf(headers, '/files')).toBe(403);
    }
    // Not by saying where, either.
    expect((await ask(`${gateway.url}/p/groq/v1/files/${id}`, undefined, other)).status).toBe(404);
    const batch = { model: 'groq/some-model', input_file_id: id };
    expect((await ask(`${gateway.v1}/batches`, batch, other)).status).toBe(404);
    expect((await ask(`${gateway.v1}/batches`, batch, one)).status).toBe(200);
    expect((await ask(`${gateway.url}/p/groq/v1/files/${id}`, undefined, one)).status).toBe(200);
    // Nor by another spelling, beside a file of its own, twice, deeper within, or by what an answer repeats.
    for (const path of ['file%2Dgroq1', './file-groq1', 'file-groq1%2F', 'file-groq1;x']) {
      expect([path, await statusOf(other, `/files/${path}`)]).toEqual([path, 404]);
    }
    await ask(`${gateway.v1}/files/file%2Dgroq1`, undefined, other, 'DELETE');
    expect(groq.requests.filter((line) => line.startsWith('DELETE'))).toEqual([]);
    const own = { ...batch, input_file_id: 'batch_groq1' };
    const refused = async (body: object | string): Promise<number> => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...other }, body: text };
      return (await fetch(`${gateway.v1}/batches`, init)).status;
    };
    expect(await refused({ ...own, file_ids: [id] })).toBe(404);
    expect(await refused(`{"model":"groq/some-model","input_file_id":"x-1","input_file_id":"${id}"}`)).toBe(
      400,
    );
    expect(await refused({ model: 'groq/some-model', files: [{ file_id: id }] })).toBe(400);
    expect(await refused({ model: 'groq/some-model', metadata: { id } })).toBe(200);
    expect(await statusOf(other)).toBe(404);
    expect(await statusOf({ authorization: `Bearer ${MASTER_KEY}` })).toBe(200);
  });
});
