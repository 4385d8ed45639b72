import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const postgres = usePostgres();
const EVENTS = responsesStream([{ text: 'said by the model' }]);

let upstream: Upstream;
let url: string;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  url = await postgres.server.createDatabase();
  return () => upstream.close();
});

const variables = (): Record<string, string> => ({
  GOMODEL_MASTER_KEY: MASTER_KEY,
  STORAGE_TYPE: 'postgresql',
  POSTGRES_URL: url,
});
const compose = (): Promise<RunningGateway> => composeGateway(upstream.url, { env: variables() });

const bearer = { authorization: `Bearer ${MASTER_KEY}` };
/** @returns the id of the exchange */
const ask = async (
  v1: string,
  input: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const response = await fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer, ...headers },
    body: JSON.stringify({ model: 'gpt-test', stream: true, input }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-request-id') ?? '';
};
const askAdmin = async (v1: string, path: string): Promise<Record<string, unknown>> => {
  const response = await fetch(`${v1.slice(0, -3)}/admin/api/v1/${path}`, { headers: bearer });
  return (await response.json()) as Record<string, unknown>;
};
const idsOn = async (v1: string): Promise<string[]> => {
  const { entries = [] } = await askAdmin(v1, 'audit/log?limit=500');
  return (entries as { id: string }[]).map(({ id }) => id).sort();
};

/** @returns what the page of a gateway has been told until then */
const watchPage = async (v1: string): Promise<() => string> => {
  const stop = new AbortController();
  const stream = await fetch(`${v1.slice(0, -3)}/admin/api/v1/audit/stream`, {
    headers: bearer,
    signal: stop.signal,
  });
  let told = '';
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) told += Buffer.from(chunk).toString();
  })().catch(() => {});
  onTestFinished(async () => {
    stop.abort();
    await reading;
  });
  return () => told;
};

describe('the log of several gateways', () => {
  it('shows on each page what passed any of them, with its bodies, and in `logs`', async () => {
    const gateways = [await compose(), await compose(), await compose()];
    const ids: string[] = [];
    for (const { v1 } of gateways) ids.push(await ask(v1, 'asked by a person'));
    for (const { v1 } of gateways) await expect.poll(() => idsOn(v1)).toEqual([...ids].sort());
    const [first = ''] = ids;
    const other = gateways[2] as RunningGateway;
    // It may be known before it has ended.
    const detail = async () => JSON.stringify(await askAdmin(other.v1, `audit/log/${first}`));
    await expect.poll(detail).toContain('asked by a person');
    const cli = await startGateway({ upstreamUrl: upstream.url, masterKey: MASTER_KEY });
    onTestFinished(async () => void (await cli.stop('SIGKILL')));
    const elsewhere = { ...variables(), GOMODEL_HOME: createTemporaryFolder('home') };
    const listed = await cli.run(['logs', '--json'], elsewhere);
    expect(listed.stdout.match(/"id":"req_\w+"/g)).toHaveLength(3);
    expect((await cli.run(['logs', first], elsewhere)).stdout).toContain('said by the model');
  });

  it('tells a page live what passes another gateway', async () => {
    const [watched, other] = [await compose(), await compose()];
    const told = await watchPage(watched.v1);
    const id = await ask(other.v1, 'hi');
    await expect.poll(told).toContain(id);
  });

  it('tells in the story on each page what a client told any of them of its tools', async () => {
    const [asked, told, read] = [await compose(), await compose(), await compose()];
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const session = 'session-of-several-gateways';
    const live = await watchPage(told.v1);
    const ids: string[] = [];
    for (const turn of ['turn-1', 'turn-2']) {
      const id = await ask(asked.v1, 'run it', {
        'session-id': session,
        'x-codex-turn-metadata': JSON.stringify({ turn_id: turn }),
        ...(turn === 'turn-1' && { traceparent: `00-${traceId}-b7ad6b7169203331-01` }),
      });
      ids.push(id);
    }
    for (const id of ids) await expect.poll(live).toContain(id);
    const values = {
      'event.name': 'codex.tool_result',
      'event.timestamp': new Date().toISOString(),
      'conversation.id': session,
      ...{ tool_name: 'exec_command', call_id: 'call_1', success: 'true' },
    };
    const attributes = Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId, attributes }] }] }] };
    const tell = async (): Promise<number> => {
      const headers = { 'content-type': 'application/json', ...bearer };
      return (await fetch(`${told.v1}/logs`, { method: 'POST', headers, body: JSON.stringify(logs) })).status;
    };
    expect(await tell()).toBe(200);
    type Turns = readonly { readonly turn_id: string; readonly tool_uses?: readonly { call_id: string }[] }[];
    const usesOn = async (v1: string) => {
      const { turns } = (await askAdmin(v1, `audit/turns?session=${session}`)) as { turns: Turns };
      return turns.map(({ turn_id: turn, tool_uses: uses }) => [turn, uses?.map((use) => use.call_id)]);
    };
    for (const { v1 } of [asked, told, read]) {
      await expect
        .poll(() => usesOn(v1))
        .toEqual([
          ['turn-1', ['call_1']],
          ['turn-2', undefined],
        ]);
    }
    const cli = await startGateway({ upstreamUrl: upstream.url, masterKey: MASTER_KEY });
    onTestFinished(async () => void (await cli.stop('SIGKILL')));
    const elsewhere = { ...variables(), GOMODEL_HOME: createTemporaryFolder('home') };
    const shown = await cli.run(['sessions', session, '--json'], elsewhere);
    expect(shown.stdout).toContain('"callId":"call_1"');
    // While the database is away, what is told goes on being taken.
    await postgres.server.kill();
    onTestFinished(() => postgres.server.start());
    expect(await tell()).toBe(200);
  });

  it('goes on in the journal while the database is away, says how far behind it is, and is whole afterwards', async () => {
    const gateway = await compose();
    const told: string[] = [];
    gateway.onNotice((text) => told.push(text));
    const ids = [await ask(gateway.v1, 'before')];
    const readyz = async () => (await fetch(`${gateway.v1.slice(0, -3)}/readyz`)).json();
    await expect.poll(readyz).toMatchObject({ storage: { log: { behind: 0 } } });
    await postgres.server.kill();
    onTestFinished(() => postgres.server.start());
    for (let each = 0; each < 20; each++) ids.push(await ask(gateway.v1, `meanwhile ${each}`));
    // The page shows what this gateway knows.
    expect(await idsOn(gateway.v1)).toEqual([...ids].sort());
    expect(await readyz()).toMatchObject({
      status: 'ready',
      storage: { postgresql: expect.stringContaining('cannot be used'), log: { behind: 20 } },
    });
    await expect.poll(() => told.join('\n')).toMatch(/is behind: 2\d exchanges wait/);
    await postgres.server.start();
    await expect
      .poll(readyz)
      .toMatchObject({ storage: { postgresql: 'ok', log: { behind: 0, behindMs: 0 } } });
    await expect.poll(() => told.at(-1)).toContain('has everything again');
    const rows = await postgres.server.run<{ id: string }>(
      url,
      'SELECT id FROM gomodel.exchanges ORDER BY id',
    );
    expect(rows.map(({ id }) => id)).toEqual([...ids].sort());
    expect(JSON.stringify(await askAdmin((await compose()).v1, `audit/log/${ids[7]}`))).toContain(
      'meanwhile 6',
    );
  });
});
