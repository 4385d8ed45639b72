import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { AuditDetailAnswer } from '../../../src/admin/api-types/detail.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { listenToStream } from '../../support/admin/listen-to-stream.ts';
import { startChatUpstream } from '../../support/chat-upstream.ts';
import { runCli } from '../../support/cli/start-cli.ts';
import { askAnew, askModel } from '../../support/gateway/ask-anew.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { startHeldUpstream } from '../../support/upstream/start-held-upstream.ts';

const idsOf = (records: readonly ExchangeRecord[]): (string | undefined)[] =>
  records.map(({ clientRequestId }) => clientRequestId).sort();

const parseLines = (stdout: string): ExchangeRecord[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('workers', () => {
  it('share one port, and every request has one record in the log and one line in the tail', async () => {
    const upstream = await startHeldUpstream(false);
    const gateway = await startWorkersGateway(3, { upstreamUrl: upstream.url, args: ['--json'] });
    const names = Array.from({ length: 90 }, (_, index) => `c${index}`);
    const waiting = [...names];
    const askOneAfterAnother = async (host: string): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const { status, text } = await askModel(gateway.url.replace('localhost', host), name);
        expect([status, text.includes('response.completed')]).toEqual([200, true]);
      }
    };
    const hosts = ['127.0.0.1', '[::1]', 'localhost', '127.0.0.1', '[::1]', 'localhost'];
    await Promise.all(hosts.map(askOneAfterAnother));
    expect(await gateway.stop('SIGTERM')).toBe(0);
    const records = await gateway.everyRecord();
    expect(idsOf(records)).toEqual([...names].sort());
    expect(new Set(records.map(({ id }) => id)).size).toBe(names.length);
    expect(records.filter(({ response }) => response.finish !== 'completed')).toEqual([]);
    const lines = parseLines(gateway.output().stdout);
    expect(idsOf(lines)).toEqual([...names].sort());
    expect(gateway.workerPids().length).toBe(3);
  });

  it('tell the dashboard of what runs in any of them, with what has been answered until now', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await startWorkersGateway(2, { upstreamUrl: upstream.url });
    const stream = await listenToStream(gateway.port);
    await stream.until(({ event }) => event.type === 'hello');
    const names = ['a', 'b', 'c', 'd'];
    const answers = names.map((name) => askModel(gateway.url, name));
    const ids: string[] = [];
    for (const name of names) {
      const { event } = await stream.until(
        ({ event }) => 'record' in event && event.record.clientRequestId === name,
      );
      if ('record' in event) ids.push(event.record.id);
    }
    await upstream.untilHeld(names.length);
    for (const id of ids) {
      await expect
        .poll(async () => {
          const detail = await readAdmin<AuditDetailAnswer>(gateway.port, `audit/log/${id}`);
          return [detail.entry.durationMs, detail.response?.text.includes('response.created')];
        })
        .toEqual([undefined, true]);
    }
    upstream.letGo();
    await Promise.all(answers);
    for (const id of ids) {
      await stream.until(({ event }) => event.type === 'close' && event.record.id === id);
    }
    stream.leave();
  });

  it('go on from an answer that another one of them gave', async () => {
    const upstream = await startChatUpstream((_, index) => ({ text: `answer ${index}` }));
    const gateway = await startWorkersGateway(2, {
      providerKey: null,
      env: { GROQ_API_KEY: 'gsk-test', GROQ_BASE_URL: upstream.url, MODEL_LISTS: 'false' },
    });
    const ask = async (
      body: object,
    ): Promise<{ id: string; output: { id: string }[]; error?: { code: string } }> => {
      const { text } = await askAnew(`${gateway.url}/responses`, {
        method: 'POST',
        body: { model: 'groq/llama', ...body },
      });
      return JSON.parse(text);
    };
    const turns = 8;
    let previous = await ask({ input: 'question 0' });
    for (let turn = 1; turn < turns; turn++) {
      previous = await ask({ input: `question ${turn}`, previous_response_id: previous.id });
      expect(previous.error ?? undefined).toBeUndefined();
    }
    // K5: by reference to what was said as well, whoever said it.
    for (let turn = 0; turn < turns; turn++) {
      const reference = { type: 'item_reference', id: previous.output.at(-1)?.id };
      const told = await ask({ input: [reference, { role: 'user', content: 'And now?' }] });
      expect(told.error ?? undefined).toBeUndefined();
    }
    const last = upstream.accepted[turns - 1]?.messages ?? [];
    const said = JSON.stringify(last);
    for (let turn = 0; turn < turns; turn++) expect(said).toContain(`question ${turn}`);
    for (let turn = 0; turn < turns - 1; turn++) expect(said).toContain(`answer ${turn}`);
    // Both have served: else nothing was fetched from another one.
    await gateway.stop('SIGTERM');
    expect(gateway.workerPids().length).toBe(2);
  });

  it('hold the bound of open exchanges all together, whatever comes to whom at once', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await startWorkersGateway(2, {
      upstreamUrl: upstream.url,
      env: { MAX_OPEN_EXCHANGES: '4' },
    });
    const all = Array.from({ length: 12 }, (_, index) => askModel(gateway.url, `c${index}`));
    const refused: string[] = [];
    for (const one of all) void one.then(({ status, text }) => status === 503 && refused.push(text));
    await expect.poll(() => refused.length + upstream.held).toBe(all.length);
    // In a moment in which many are refused, room that another one has may not be found.
    expect(upstream.held).toBeGreaterThanOrEqual(2);
    expect(upstream.held).toBeLessThanOrEqual(4);
    const served = upstream.held;
    expect(refused[0]).toContain('as many as MAX_OPEN_EXCHANGES leaves to this worker');
    upstream.letGo();
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBe(served);
    expect(upstream.seen.length).toBe(served);
  });

  it('refuse nothing while any of them has room, and everything beyond', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await startWorkersGateway(3, {
      upstreamUrl: upstream.url,
      env: { MAX_OPEN_EXCHANGES: '7' },
    });
    const served: Promise<{ status: number }>[] = [];
    for (let index = 0; index < 7; index++) {
      served.push(askModel(gateway.url, `c${index}`));
      await Promise.race([upstream.untilHeld(index + 1), served[index]]);
      expect(upstream.held).toBe(index + 1);
    }
    for (let index = 7; index < 12; index++) {
      const { status, headers } = await askModel(gateway.url, `c${index}`);
      expect([status, headers['retry-after']]).toEqual([503, '2']);
    }
    upstream.letGo();
    expect((await Promise.all(served)).map(({ status }) => status)).toEqual(Array(7).fill(200));
    await expect.poll(async () => (await askModel(gateway.url, 'again')).status).toBe(200);
  });
});

describe('serve', () => {
  it.each(['0', '-1', 'x', '1.5', '1000'])('refuses --workers %s, and says what it takes', async (given) => {
    const { code, stderr } = await runCli(['serve', '--demo', '--port', '0', '--workers', given]);
    expect(stderr).toContain(`--workers "${given}" is not a whole number from 1 to 64.`);
    expect(code).toBe(2);
  });

  it('refuses more workers than there may be open exchanges', async () => {
    const { code, stderr } = await runCli(['serve', '--demo', '--port', '0', '--workers', '4'], {
      MAX_OPEN_EXCHANGES: '3',
    });
    expect(stderr).toContain('MAX_OPEN_EXCHANGES 3 is shared out among 4 workers');
    expect(code).toBe(2);
  });

  it.each(['127.0.0.1', '::1'])(
    'by workers tells a port that is taken on %s as one process does',
    async (host) => {
      const other = createServer().listen(0, host);
      await once(other, 'listening');
      const address = other.address();
      const port = String(typeof address === 'object' ? address?.port : 0);
      const flags = [
        'serve',
        '--demo',
        '--port',
        port,
        '--data-dir',
        `${process.env.TMPDIR ?? '/tmp'}/none-${port}`,
      ];
      const one = await runCli(flags);
      const several = await runCli([...flags, '--workers', '2']);
      other.close();
      expect(several).toEqual(one);
      expect(several.code).toBe(3);
      expect(several.stderr).toContain(`Port ${port} on ${host} is in use.`);
    },
  );
});
