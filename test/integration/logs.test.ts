import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectExchanges } from '../../src/cli/logs/select-exchanges.ts';
import { openLog } from '../../src/server/open-log.ts';
import { type CliEnd, runCli, startCli } from '../support/cli/start-cli.ts';
import { collect } from '../support/log/collect.ts';
import { SAMPLE_EXCHANGES, writeSampleLog } from '../support/render/write-sample-log.ts';

let dataDir = '';
let ids: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gomodel-logs-'));
  ids = await writeSampleLog(dataDir);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const logs = (...args: string[]): Promise<CliEnd> => runCli(['logs', '--data-dir', dataDir, ...args]);

const recordsOf = async (...args: string[]): Promise<Array<Record<string, unknown>>> => {
  const { code, stdout, stderr } = await logs('--json', ...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

const idOf = (place: number): string => ids[place] ?? '';

describe('logs', () => {
  it('lists the newest exchanges, the newest last', async () => {
    const records = await recordsOf();
    expect(records).toHaveLength(SAMPLE_EXCHANGES.length);
    const starts = records.map(({ startedAt }) => String(startedAt));
    expect(starts).toEqual([...starts].sort());
    expect(records.every(({ schemaVersion }) => schemaVersion === 1)).toBe(true);

    const [newest] = (await recordsOf('-n', '1')).map(({ id }) => id);
    expect(newest).toBe(records.at(-1)?.id);
  });

  it('shows them on one grid without a gateway running', async () => {
    const { stdout } = await runCli(['logs', '--data-dir', dataDir], { COLUMNS: '100' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(SAMPLE_EXCHANGES.length);
    expect(lines.every((line) => line.length <= 100)).toBe(true);
    // Other columns give way to a failure that would be cut.
    expect(stdout).toMatch(
      / 400 responses – {11}client: zstd body ends early: 7,000 bytes hold no complete frame/,
    );
    expect(stdout).not.toContain('\x1b');
  });

  it('colours a pipe where FORCE_COLOR asks for it, and not where NO_COLOR forbids it', async () => {
    const [forced, forbidden] = await Promise.all([
      runCli(['logs', '--data-dir', dataDir], { FORCE_COLOR: '1' }),
      runCli(['logs', '--data-dir', dataDir], { NO_COLOR: '1' }),
    ]);
    expect(forced.stdout).toContain('\x1b[32m200\x1b[39m');
    expect(forbidden.stdout).not.toContain('\x1b');
  });

  it.each([
    [{ status: '4xx' }, [2]],
    [{ status: '200,500-502' }, [0, 1, 3, 4, 5, 6, 7]],
    [{ errors: true }, [2, 3, 4]],
    [{ model: 'gpt-5*' }, [0, 3, 4, 7]],
    [{ model: 'GPT-5.5', errors: true }, [4]],
    [{ session: '01a20400' }, [0, 1, 2, 3, 4, 5, 6, 7]],
    [{ session: 'no-such-session' }, []],
    [{ since: '1h' }, [0, 1, 2, 3, 4, 5, 6, 7]],
    [{ since: '2999-01-01' }, []],
  ])('finds by %j', async (flags, places) => {
    const batches = await collect(openLog(dataDir).list(selectExchanges(flags, Date.now()), { newest: 100 }));
    const records = batches.flat();
    expect(records.map(({ id }) => ids.indexOf(id)).sort()).toEqual(places);
  });

  it.each([
    [
      { status: '9xx' },
      '--status takes statuses such as 404, 4xx or 400-499, separated by commas, not "9xx"',
    ],
    [{ status: '500-400' }, '--status takes'],
    [{ since: 'yesterday' }, '--since takes a span such as 90s, 10m, 2h or 1d, or a date'],
    [{ since: '2026-13-01' }, '--since takes'],
  ])('refuses %j with what it takes', (flags, message) => {
    const select = (): unknown => selectExchanges(flags, Date.now());
    expect(select).toThrow(expect.objectContaining({ code: 'invalid_usage', exitCode: 2 }));
    expect(select).toThrow(message);
  });

  it.each([
    [['-n', '-3'], '--lines takes a number, or all, not "-3"'],
    [['req_1', '--errors'], 'with an id, only --json, --full and --data-dir can be used'],
  ])('ends with 2 for %j', async (args, message) => {
    const { code, stdout, stderr } = await logs(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('takes a date without a zone as local time, and one with a zone as it is', () => {
    const sinceMs = (since: string): number => selectExchanges({ since }, 1_000_000).span?.fromMs ?? 0;
    expect(sinceMs('10m')).toBe(400_000);
    expect(sinceMs('2026-11-22')).toBe(new Date(2026, 10, 22).getTime());
    expect(sinceMs('2026-11-22 14:00')).toBe(new Date(2026, 10, 22, 14).getTime());
    expect(sinceMs('2026-11-22T14:00Z')).toBe(Date.UTC(2026, 10, 22, 14));
  });

  it('says where it looked where nothing was found', async () => {
    const { code, stderr } = await runCli(['logs', '--data-dir', join(dataDir, 'none')]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^No such exchange in .*none\. Start the gateway with npx gomodel-ts serve/);
  });

  it('ends quietly where its reader has seen enough', async () => {
    const { child, ended } = startCli(['logs', '--data-dir', dataDir, '-n', 'all']);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('logs ID', () => {
  it('reads like a letter: header, what was sent, what was answered, usage', async () => {
    const { stdout } = await logs(idOf(1));
    expect(stdout).toMatch(new RegExp(`^${idOf(1)} {3}200 completed {3}POST /v1/responses\n {7}when {2}`));
    const order = [
      'codex_exec 0.169.0   session 01a20400-d027-7fb1-8737-594b1f15eef6',
      '─── request ───',
      '… 7 earlier items, sent again (--full shows them)',
      'tool  apply_patch  sum.py\n             │ exit 0',
      '─── answer ───',
      'assistant  apply_patch\n             *** Update File: sum.py\n             @@\n             -    return a - b\n',
      'assistant  Both tests **pass** now.',
      'usage  in 128k (12.0k cached)   out 12.3k (9.8k reasoning)   total 140,468',
      'timings  first byte after 2.4s   whole 2m05s',
      'of the answer (--full shows them)',
    ].map((part) => stdout.indexOf(part));
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(order[0]).toBeGreaterThan(0);
    expect(stdout).not.toContain('authorization:');
    expect(stdout).not.toContain('sk-proj');
  });

  it('ends in the headers with --full, redacted', async () => {
    const { stdout } = await logs(idOf(1), '--full');
    const order = [
      'timings  first byte after 2.4s',
      '─── request headers, redacted ───',
      'authorization: [redacted]',
      '─── response headers, redacted ───',
    ].map((part) => stdout.indexOf(part));
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(order[0]).toBeGreaterThan(0);
    expect(stdout).not.toContain('sk-proj');
  });

  it('shows everything that was sent again with --full', async () => {
    const { stdout } = await logs(idOf(1), '--full');
    expect(stdout).toContain('developer  You are Codex, a coding agent.');
    expect(stdout).toContain('assistant  exec_command  $ npm test');
    expect(stdout).toMatch(/tool failed {2}│ exit 1\n {13}│ 1 failed\n/);
    expect(stdout).not.toContain('earlier item');
  });

  it('tells a failure first, and an answer as far as it came', async () => {
    const { stdout } = await logs(idOf(4));
    expect(stdout).toMatch(/failed {2}upstream: api\.openai\.com closed the stream after 31 events/);
    expect(stdout.indexOf('failed  upstream')).toBeLessThan(stdout.indexOf('─── request'));
    expect(stdout).toContain('assistant  Half an ans\n');
  });

  it('finds an exchange by the beginning of its id, and the newest that failed by a word', async () => {
    expect((await logs(idOf(4).slice(0, -1))).stdout).toContain(idOf(4));
    const { stdout } = await logs('last', '--errors');
    expect([2, 3, 4].map(idOf)).toContain(stdout.slice(0, 30));
  });

  it('refuses a beginning that several share, and an id that it does not know', async () => {
    expect(await logs('req_')).toMatchObject({ code: 2, stderr: expect.stringContaining('give more of it') });
    expect(await logs('req_00000000000000000000000000')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('"gomodel-ts logs --json" lists ids'),
    });
  });

  it('gives everything as one line of JSON, with the body as it was sent', async () => {
    const { stdout } = await logs(idOf(1), '--json');
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      id: idOf(1),
      requestHeaders: expect.arrayContaining([['authorization', '[redacted]']]),
      requestBody: { json: { model: 'gpt-5.5' }, cutOff: false },
      responseBody: { text: expect.stringContaining('event: response.created') },
      conversation: { newFrom: 7, output: [{ kind: 'toolCall' }, { kind: 'message' }] },
    });
  });
});

describe('logs ID --json', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gomodel-logs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('rounds no number and sorts no key of a body', async () => {
    const body = '{"z":12345678901234567890,\n "a":1.0,"input":"line\\nbreak"}';
    const [id = ''] = await writeSampleLog(folder, [
      { rawRequestBody: body, responseBody: 'data: \x00\x01', record: { status: 200, durationMs: 1 } },
    ]);
    const { stdout } = await runCli(['logs', '--data-dir', folder, id, '--json']);
    expect(stdout).toContain('"json":{"z":12345678901234567890,  "a":1.0,"input":"line\\nbreak"}');
    expect(JSON.parse(stdout)).toMatchObject({
      responseBody: { base64: Buffer.from('data: \x00\x01').toString('base64') },
    });
  });
});

describe('logs with a search', () => {
  it('finds words in what was said, and tells where', async () => {
    const { code, stdout } = await runCli(['logs', '--data-dir', dataDir, 'Looking', 'at'], {
      COLUMNS: '120',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('reasoning  **Looking at the folder**');
    expect(stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('takes names and comparisons, in one argument or in several', async () => {
    const whole = await recordsOf('status:4xx');
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.every(({ status }) => Number(status) >= 400 && Number(status) < 500)).toBe(true);
    expect(await recordsOf('status:4xx', 'tokens>0')).toEqual([]);
    expect((await recordsOf('tokens>0')).length).toBeGreaterThan(0);
  });

  it('refuses what it does not understand, and comparisons with --follow', async () => {
    const strange = await logs('colour:red');
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining('there is no "colour:"')]);
    const followed = await logs('-f', 'cost>1');
    expect([followed.code, followed.stderr]).toEqual([
      2,
      expect.stringContaining('compare without --follow'),
    ]);
  });
});
