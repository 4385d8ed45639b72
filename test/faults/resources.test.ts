import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLI } from '../support/cli/start-cli.ts';
import { countDescriptors } from '../support/faults/count-descriptors.ts';
import { GOOD, lastRequest } from '../support/faults/messages.ts';
import { mountSmallDisk } from '../support/faults/mount-memory.ts';
import { parseAnswers } from '../support/faults/parse-answers.ts';
import { playClient } from '../support/faults/play-client.ts';
import { createScene } from '../support/faults/scene.ts';
import { type HeldGateway, readEveryRecord, startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/faults/start-scripted-upstream.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { RESOURCE_FAULTS } from './rows/resources.ts';

const nameOf = (key: keyof typeof RESOURCE_FAULTS): string => RESOURCE_FAULTS[key].name;

const startUpstream = async (): Promise<ScriptedUpstream> => {
  const upstream = await startScriptedUpstream({ scene: createScene(), answers: [GOOD] });
  onTestFinished(() => upstream.close());
  return upstream;
};

const ask = async (gateway: { readonly port: number }): Promise<number | undefined> => {
  const scene = createScene();
  const client = await playClient(gateway.port, [{ send: lastRequest() }, 'left'], scene);
  await client.played;
  const [answer] = parseAnswers(client.received());
  return answer?.whole ? answer.status : undefined;
};

const asked = async (gateway: HeldGateway, count: number): Promise<(number | undefined)[]> => {
  const statuses: (number | undefined)[] = [];
  for (let index = 0; index < count; index++) statuses.push(await ask(gateway));
  return statuses;
};
const all = (count: number): number[] => Array<number>(count).fill(200);

/** Who started it may be too busy to take note of its end: then it is a zombie. */
const stateOf = (pid: number): string => {
  if (!existsSync(`/proc/${pid}`)) return 'gone';
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 'gone';
};

const readiness = async ({ port }: HeldGateway): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`)).status;

describe('a gateway', () => {
  it(nameOf('diskFull'), async ({ skip }) => {
    const disk = mountSmallDisk('size=2m');
    if (!disk) return skip('only root may mount a small disk');
    const gateway = await startHeldGateway({
      upstreamUrl: (await startUpstream()).url,
      dataDir: join(disk.folder, 'data'),
    });
    const before = await asked(gateway, 3);
    const filler = join(disk.folder, 'filler');
    const { bavail, bsize } = statfsSync(disk.folder);
    // The gateway may take some of what is free meanwhile: more than there is leaves nothing in any case.
    expect(() => writeFileSync(filler, Buffer.alloc((bavail + 1) * bsize))).toThrow('ENOSPC');
    const during = await asked(gateway, 30);
    await gateway.said('the disk is full');
    expect(await readiness(gateway)).toBe(503);
    rmSync(filler);
    await gateway.said('the log is written again');
    const after = await asked(gateway, 3);
    expect([...before, ...during, ...after]).toEqual(all(36));
    const records = await gateway.logs(
      (found) => found.filter((one) => one.durationMs !== undefined).length === 36,
    );
    expect(new Set(records.map(({ response }) => response.finish))).toEqual(new Set(['completed']));
  });

  it(nameOf('readOnly'), async ({ skip }) => {
    const disk = mountSmallDisk('size=2m,ro');
    if (!disk) return skip('only root may mount a small disk');
    const gateway = await startHeldGateway({
      upstreamUrl: (await startUpstream()).url,
      dataDir: join(disk.folder, 'data'),
    });
    await gateway.said('read-only');
    expect(await asked(gateway, 5)).toEqual(all(5));
    disk.remount('rw');
    await gateway.said('the log is written again');
    const records = await gateway.logs(
      (found) => found.filter((one) => one.durationMs !== undefined).length === 5,
    );
    expect(new Set(records.map(({ response }) => response.finish))).toEqual(new Set(['completed']));
  });

  it(nameOf('clock'), async () => {
    const folder = createTemporaryFolder('clock');
    const jump = join(folder, 'jump.mjs');
    const offset = join(folder, 'offset');
    writeFileSync(offset, '0');
    // The wall clock of that process alone: a day forth, two days back.
    writeFileSync(
      jump,
      `import { readFileSync } from 'node:fs';
       const real = Date.now.bind(Date);
       const read = () => Number(readFileSync(${JSON.stringify(offset)}, 'utf8'));
       Date.now = () => real() + read();`,
    );
    const scene = createScene();
    const upstream = await startScriptedUpstream({
      scene,
      answers: [['asked', { after: 'jumped' }, ...GOOD.slice(1)], GOOD],
    });
    onTestFinished(() => upstream.close());
    const gateway = await startHeldGateway({
      upstreamUrl: upstream.url,
      env: { NODE_OPTIONS: `--import=file://${jump}` },
    });
    const first = ask(gateway);
    await scene.until('"asked"', () => scene.marks.has('asked'));
    writeFileSync(offset, String(86_400_000));
    scene.mark('jumped');
    const statuses = [await first, ...(await asked(gateway, 3))];
    writeFileSync(offset, String(-86_400_000));
    statuses.push(...(await asked(gateway, 3)));
    expect(statuses).toEqual(all(7));
    expect(await gateway.stop('SIGTERM')).toBe(0);
    const records = await gateway.everyRecord();
    expect(records).toHaveLength(7);
    for (const { durationMs = -1, response } of records) {
      expect(response.finish).toBe('completed');
      expect(durationMs).toBeGreaterThan(0);
      expect(durationMs).toBeLessThan(3_600_000);
    }
  });

  it(nameOf('descriptors'), async ({ skip }) => {
    if (!existsSync('/usr/bin/prlimit')) return skip('there is no prlimit here');
    const upstream = await startUpstream();
    const gateway = await startHeldGateway({ upstreamUrl: upstream.url });
    expect(await ask(gateway)).toBe(200);
    const pid = gateway.pid ?? 0;
    const limit = (count: number | 'unlimited'): void =>
      void execFileSync('/usr/bin/prlimit', ['--pid', String(pid), `--nofile=${count}:`]);
    const before = countDescriptors(pid);
    limit(before + 12);
    const crowd = await Promise.all(Array.from({ length: 60 }, () => ask(gateway).catch(() => undefined)));
    limit(1024);
    const told = crowd.filter((status) => status !== undefined);
    // Who got no answer was not let in: the connection was closed, or is a failure of the gateway's own.
    expect(new Set([...told, 200, 503])).toEqual(new Set([200, 503]));
    await expect.poll(() => ask(gateway).catch(() => undefined), { timeout: 20_000 }).toBe(200);
    // Connections that wait for the next request are no leak.
    upstream.drop();
    await expect.poll(() => countDescriptors(pid), { timeout: 20_000 }).toBeLessThanOrEqual(before);
    expect(await gateway.stop('SIGTERM')).toBe(0);
    const records = await gateway.everyRecord();
    const answered = records.filter(({ status }) => status !== undefined);
    expect(answered.length).toBeGreaterThanOrEqual(told.length + 2);
    for (const { error } of records) expect(error?.origin ?? 'gateway').toBe('gateway');
  });

  it(nameOf('terminal'), async ({ skip }) => {
    if (!existsSync('/usr/bin/script')) return skip('there is no script(1) here');
    const folder = createTemporaryFolder('terminal');
    const [dataDir, pidFile] = [join(folder, 'data'), join(folder, 'pid')];
    const command = `echo $$ > ${pidFile}; exec ${process.execPath} ${CLI} serve --port 0 --json`;
    const terminal = spawn('/usr/bin/script', ['-qfec', command, '/dev/null'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GOMODEL_HOME: dataDir,
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: (await startUpstream()).url,
        TERM: 'xterm',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => {
      terminal.stdout.destroy();
      terminal.kill('SIGKILL');
    });
    let printed = '';
    while (!/http:\/\/\S+\/v1\b/.test(printed)) {
      const [chunk] = (await once(terminal.stdout, 'data')) as [Buffer];
      printed += chunk;
    }
    // From here on nobody reads: the pipe fills, then the terminal, and then the gateway's own queue.
    terminal.stdout.pause();
    const port = Number(/http:\/\/[^:]+:(\d+)/.exec(printed)?.[1]);
    const count = 2500;
    const socket = connect({ port, host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    const answers = { text: '', count: 0 };
    socket.on('data', (chunk: Buffer) => {
      answers.count += chunk.toString('latin1').split('HTTP/1.1 404').length - 1;
    });
    const path = `/nowhere/${'y'.repeat(200)}`;
    for (let sent = 0; sent < count; sent += 50) {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(50));
      const wanted = sent + 50 - 5;
      while (answers.count < wanted) await pause(1);
    }
    expect(await ask({ port })).toBe(200);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => stateOf(pid), { timeout: 20_000 }).toMatch(/^(?:gone|Z)$/);
    const records = await readEveryRecord(dataDir);
    expect(records).toHaveLength(count + 1);
    // What the terminal would have had to show.
    expect(JSON.stringify(records).length).toBeGreaterThan(2 ** 20);
  });

  it(nameOf('tailGone'), async () => {
    const folder = createTemporaryFolder('tail');
    const gateway = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--json'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GOMODEL_HOME: folder,
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: (await startUpstream()).url,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void gateway.kill('SIGKILL'));
    let said = '';
    while (!/http:\/\/\S+\/v1\b/.test(said)) said += (await once(gateway.stderr, 'data'))[0];
    const port = Number(/http:\/\/[^:]+:(\d+)/.exec(said)?.[1]);
    gateway.stdout.destroy();
    for (let index = 0; index < 5; index++) expect(await ask({ port })).toBe(200);
    gateway.kill('SIGTERM');
    expect(await once(gateway, 'exit')).toEqual([0, null]);
  });
});
