import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { findFreePort } from './find-free-port.ts';
import { readCpuMs, readResidentMb } from './process-figures.ts';
import { pinSelf, type Started, startProcess } from './start-process.ts';
import { median } from './summarize.ts';

export interface PageFigures {
  readonly exchanges: number;
  readonly perSecond: number;
  /** Of the page's main thread; the longest by the clock, and on the processor. */
  readonly tasks: number;
  readonly longestTaskMs: number;
  readonly longestTaskCpuMs: number;
  /** Share of the time that the main thread was at work. */
  readonly pageBusy: number;
  /** What the page's scripts hold, before and after, in MB. */
  readonly heapMb: readonly [before: number, after: number];
  readonly elements: readonly [before: number, after: number];
  /** True where the page counts all exchanges, and shows the newest ones, in order. */
  readonly isRight: boolean;
  /** Processor time of the gateway for an exchange, in ms, at the median of rounds in turn. */
  readonly withoutPageMs: number;
  readonly withPageMs: number;
  /** The median ratio of two rounds next to each other: with the page, without. */
  readonly pageRatio: number;
  /** The same where the page's events are read by a program that does nothing else on the machine. */
  readonly eventsRatio: number;
  readonly gatewayMb: number;
  /** Of the machine, in the minute of the measurement. */
  readonly loadAverage: number;
}

export interface MeasurePageInput {
  readonly servers: string;
  readonly root: string;
  readonly rounds: number;
}

const PER_SECOND = 200;
const ROUND_MS = 5_000;
const WHOLE_MS = 60_000;
const TURN_MS = 5;
const MAX_AT_ONCE = 8;

const BODY = JSON.stringify({
  model: 'gpt-5.5',
  stream: true,
  input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'word '.repeat(400) }] }],
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks at an even rate, whatever the answers do. @returns how many there were, once all are answered */
const loadEvenly = async (port: number, forMs: number): Promise<number> => {
  const agent = new http.Agent({ keepAlive: true });
  let sent = 0;
  const failures: unknown[] = [];
  const waiting = new Set<Promise<void>>();
  const ask = (): void => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(BODY),
      'user-agent': 'codex_exec/0.169.0 (bench)',
      'session-id': `session-${Math.floor(sent / 40)}`,
    };
    const answered = new Promise<void>((resolve) => {
      const fail = (cause: unknown): void => {
        failures.push(cause);
        resolve();
      };
      http
        .request(
          { host: '127.0.0.1', port, path: '/v1/responses', method: 'POST', headers, agent },
          (response) => response.resume().on('end', resolve).on('error', fail),
        )
        .on('error', fail)
        .end(BODY);
    });
    waiting.add(answered);
    void answered.then(() => waiting.delete(answered));
    sent++;
  };
  const wanted = Math.round((forMs / 1000) * PER_SECOND);
  const began = performance.now();
  // What a machine that is busy with other things could not send is not sent all at once later.
  for (let burst = 0; sent < wanted; burst = 0) {
    while (sent < wanted && burst++ < MAX_AT_ONCE && sent < ((performance.now() - began) / 1000) * PER_SECOND)
      ask();
    await pause(TURN_MS);
  }
  await Promise.all(waiting);
  agent.destroy();
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${sent} requests failed`, { cause: failures[0] });
  }
  return sent;
};

/** Processor time of the gateway for an exchange while it is loaded. */
const costOf = async (gateway: Started): Promise<number> => {
  const before = readCpuMs(gateway.pid);
  const exchanges = await loadEvenly(gateway.port, ROUND_MS);
  return (readCpuMs(gateway.pid) - before) / exchanges;
};

// What runs in the page is text here: this file is checked with the types of Node.
const READ_ROWS = `({
  ids: [...document.querySelectorAll('[data-id]')].map((row) => row.dataset.id),
  count: document.querySelector('.count').textContent,
  running: document.querySelectorAll('.row.running').length,
})`;

interface ShownRows {
  readonly ids: readonly string[];
  readonly count: string;
  readonly running: number;
}

/** An event of Chromium's trace, times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly tid: number;
  readonly pid: number;
  readonly dur?: number;
  /** On the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The tasks of the page's main thread: how long each took by the clock, and on the processor. */
const readTasks = (trace: Buffer): { readonly wallMs: number; readonly cpuMs: number }[] => {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, pid, tid }) => name.endsWith('RunTask') && mains.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }));
};

const readMetrics = async (devtools: CDPSession) => {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const read = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? 0;
  return { heapMb: read('JSHeapUsedSize') / 1e6, elements: read('Nodes'), busySeconds: read('TaskDuration') };
};

/** Whether the page shows what the log has: the count, and the newest exchanges from the top. */
const isPageRight = async (page: Page, port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${port}/admin/api/v1/audit/log?limit=20`);
  const log = (await answer.json()) as { total: number; entries: { id: string }[] };
  const shown = await page.evaluate<ShownRows>(READ_ROWS);
  const isCounted = shown.count.replace(/\D/g, '') === String(log.total);
  return isCounted && shown.running === 0 && log.entries.every(({ id }, place) => shown.ids[place] === id);
};

const watchPage = async (browser: Browser, gateway: Started) => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`http://127.0.0.1:${gateway.port}/admin/dashboard/audit`);
  await page.locator('[data-id]').first().waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  return { page, devtools };
};

/** Reads the page's events, and does nothing with them. */
const readEvents = (port: number): void => {
  const address = { host: '127.0.0.1', port, path: '/admin/api/v1/audit/stream' };
  http.get(address, (response) => response.on('error', () => {}).resume()).on('error', () => {});
};

/**
 * What a page that watches 200 exchanges a second costs: its own time, and the gateway's, which is compared
 * with that of a second gateway that nobody watches, in turn, and with that of a third whose events are
 * read and no more: a browser at work slows a machine of two cores down in other ways than by asking.
 */
export const measurePage = async ({ servers, root, rounds }: MeasurePageInput): Promise<PageFigures> => {
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-bench-'));
  const started: Started[] = [];
  const start = async (command: readonly string[], port: number, env = {}): Promise<Started> => {
    const one = await startProcess({ core: 'proxy', command, port, folder, env });
    started.push(one);
    return one;
  };
  pinSelf('load');
  const upstreamPort = await findFreePort();
  const startGateway = async (name: string): Promise<Started> => {
    mkdirSync(join(folder, name));
    const port = await findFreePort();
    const serve = ['serve', '--port', String(port), '--data-dir', join(folder, name), '--quiet'];
    return start([process.execPath, join(root, 'bin/gomodel-ts.js'), ...serve], port, {
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
    });
  };
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const upstream = [process.execPath, join(servers, 'stream-upstream.mjs'), String(upstreamPort)];
    started.push(await startProcess({ core: 'load', command: upstream, port: upstreamPort, folder }));
    const watched = await startGateway('watched');
    const others = [await startGateway('unwatched'), await startGateway('read')] as const;
    const [unwatched, read] = others;
    for (const { port } of [watched, ...others]) await loadEvenly(port, 2_000);
    readEvents(read.port);
    const { page, devtools } = await watchPage(browser, watched);

    const before = await readMetrics(devtools);
    await browser.startTracing(page, { categories: ['toplevel'] });
    const began = performance.now();
    const exchanges = await loadEvenly(watched.port, WHOLE_MS);
    const seconds = (performance.now() - began) / 1000;
    await pause(1_000);
    const tasks = readTasks(await browser.stopTracing());
    const isRight = await isPageRight(page, watched.port);
    const after = await readMetrics(devtools);

    // As warm as the watched one.
    for (const { port } of others) await loadEvenly(port, WHOLE_MS);
    const figures: { readonly without: number; readonly page: number; readonly events: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const withPage = await costOf(watched);
      const without = await costOf(unwatched);
      figures.push({ page: withPage, without, events: await costOf(read) });
    }
    return {
      exchanges,
      perSecond: exchanges / seconds,
      tasks: tasks.length,
      longestTaskMs: tasks.reduce((longest, { wallMs }) => Math.max(longest, wallMs), 0),
      longestTaskCpuMs: tasks.reduce((longest, { cpuMs }) => Math.max(longest, cpuMs), 0),
      pageBusy: (after.busySeconds - before.busySeconds) / seconds,
      loadAverage: loadavg()[0] ?? 0,
      heapMb: [before.heapMb, after.heapMb],
      elements: [before.elements, after.elements],
      isRight,
      withoutPageMs: median(figures.map(({ without }) => without)),
      withPageMs: median(figures.map(({ page }) => page)),
      pageRatio: median(figures.map(({ page, without }) => page / without)),
      eventsRatio: median(figures.map(({ events, without }) => events / without)),
      gatewayMb: readResidentMb(watched.pid),
    };
  } finally {
    await browser.close();
    for (const one of started) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
