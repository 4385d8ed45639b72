import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DoctorAnswer } from '../../../src/admin/api-types/codex.ts';
import { askAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const NOWHERE = 'http://127.0.0.1:9/v1';

const runDoctor = async (port: number, headers: Record<string, string> = {}): Promise<DoctorAnswer> =>
  (await (await askAdmin(port, 'codex/doctor', { method: 'POST', headers })).json()) as DoctorAnswer;

const statesOf = ({ steps }: DoctorAnswer): string[] => steps.map(({ name, state }) => `${name}: ${state}`);

it('makes the round trip over both transports, with the model that Codex is told to use', async () => {
  const codexHome = join(createTemporaryFolder('doctor'), 'codex');
  mkdirSync(codexHome);
  writeFileSync(join(codexHome, 'config.toml'), 'model = "gpt-5.6-luna"\n');
  const { port, records } = await composeGateway(NOWHERE, {
    demo: true,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY },
    codexHome,
  });
  const answer = await runDoctor(port, { 'x-gomodel-key': MASTER_KEY });
  expect(statesOf(answer)).toEqual(['Request over HTTP, zstd: ok', 'Request over WebSocket: ok']);
  expect(answer.ok).toBe(true);
  const made = await records();
  expect(made.map(({ model }) => model)).toEqual(['demo/gpt-5.6-luna', 'demo/gpt-5.6-luna']);
  expect(made.map(({ request, transport }) => request.encoding ?? transport)).toEqual(['zstd', 'websocket']);
  expect(made.every(({ client }) => client.name === 'gomodel-ts-doctor')).toBe(true);
  expect(answer.steps[1]?.message, 'the gateway’s own time, from its record').toMatch(/gateway [\d.]+ ms/);
});

it('names the hop that fails, and what to do', async () => {
  const { port } = await composeGateway(NOWHERE);
  const answer = await runDoctor(port);
  expect(answer.ok).toBe(false);
  expect(statesOf(answer)).toEqual(['Request over HTTP, zstd: failed', 'Request over WebSocket: skipped']);
  expect(answer.steps[0]?.message).toContain('network 502');
  expect(answer.steps[0]?.remedy).toContain('HTTPS_PROXY');
});

it('tries nothing where the sign-in of Codex alone pays', async () => {
  const { port, records } = await composeGateway(NOWHERE, { env: { OPENAI_API_KEY: undefined } });
  const answer = await runDoctor(port);
  expect([answer.ok, ...statesOf(answer)]).toEqual([false, 'Round trip: skipped']);
  expect(await records()).toEqual([]);
});

it('asks the model twice, however many ask for the round trip at once', async () => {
  const { port, records } = await composeGateway(NOWHERE, { demo: true });
  const answers = await Promise.all([1, 2, 3].map(() => runDoctor(port)));
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(await records()).toHaveLength(2);
});

it('spends nothing for a page of another origin, nor for one that only reads', async () => {
  const { port, records } = await composeGateway(NOWHERE, { demo: true });
  const statusOf = async (method: string, headers: Record<string, string> = {}): Promise<number> =>
    (await askAdmin(port, 'codex/doctor', { method, headers })).status;
  expect(await statusOf('POST', { origin: 'https://evil.example' })).toBe(403);
  expect(await statusOf('POST', { origin: 'http://localhost:5173' }), 'another port of this machine').toBe(
    403,
  );
  expect(await statusOf('POST', { 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await statusOf('GET')).toBe(405);
  const guarded = await composeGateway(NOWHERE, { demo: true, env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  expect((await askAdmin(guarded.port, 'codex/doctor', { method: 'POST' })).status).toBe(401);
  expect([...(await records()), ...(await guarded.records())]).toEqual([]);
});
