import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createId } from '../../src/base/ids.ts';
import { systemClock } from '../../src/base/time/clock.ts';
import { createRecorder, type Recorder } from '../../src/log/capture/recorder.ts';
import { openLogSource } from '../../src/log/files/copy-log.ts';
import { createTableBlocks } from '../../src/postgres/bodies/table-blocks.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { type LogShipping, shipLog } from '../../src/postgres/log/ship-log.ts';
import { createPostgresSink } from '../../src/postgres/log/sink.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { createRandom } from '../support/dashboard/random.ts';
import { closeExchange, openExchange } from '../support/log/record-exchange.ts';
import { startPostgres } from '../support/postgres/start-postgres.ts';
import { readCpuMs } from './process-figures.ts';

export interface SinkPlan {
  readonly perSecond: number;
  readonly seconds: number;
  readonly tell: (message: string) => void;
}

export interface SinkFigures {
  readonly what: string;
  readonly exchanges: number;
  readonly perSecond: number;
  /** Lines and bodies that the journal gave up. */
  readonly lost: number;
  /** Exchanges that had ended and were not in the database when the load stopped, and how long the rest took. */
  readonly behind: number;
  readonly drainedMs: number;
  /** Processor time of an exchange: of this process with its load, and of PostgreSQL. */
  readonly cpuUs: number;
  readonly serverCpuUs: number;
  readonly rows: number;
  readonly bytesOfBodies: number;
}

const SESSIONS = 100;
const TURNS = 8;
const SESSION_BYTES = 40_000;
const TURN_BYTES = 2_000;
const ANSWER_BYTES = 8_000;
const ANSWERS_AFTER_MS = 2_000;
const TICK_MS = 10;

/** Text that compresses as code and talk do. */
const createText = () => {
  const random = createRandom(3);
  const words = Array.from({ length: 3_000 }, () =>
    random
      .between(0, 2 ** 31)
      .toString(36)
      .slice(0, random.between(2, 8)),
  );
  return (bytes: number): string => {
    let text = '';
    while (text.length < bytes) text += `${random.pick(words)} `;
    return text;
  };
};

/** Bodies of sessions that grow turn by turn, and answers. */
const createBodies = () => {
  const text = createText();
  const requests = Array.from({ length: SESSIONS }, () => {
    let input = text(SESSION_BYTES);
    return Array.from({ length: TURNS }, () => {
      input += text(TURN_BYTES);
      return Buffer.from(JSON.stringify({ model: 'gpt-5.5', stream: true, input }));
    });
  });
  const answers = Array.from({ length: SESSIONS * TURNS }, () =>
    Buffer.from(`data: ${text(ANSWER_BYTES)}\n\n`),
  );
  return { requests, answers };
};

/** Lets a recorder know of exchanges at a rate, as the proxy would. */
const feed = async (recorder: Recorder, { perSecond, seconds }: SinkPlan): Promise<number> => {
  const { requests, answers } = createBodies();
  const running: { readonly atMs: number; readonly close: () => void }[] = [];
  const sessions = Array.from({ length: SESSIONS }, () => '');
  const startedAt = performance.now();
  let count = 0;
  const open = (): void => {
    const place = count % SESSIONS;
    const turn = Math.floor(count / SESSIONS) % TURNS;
    if (turn === 0) sessions[place] = createId('req', Date.now()).slice(4);
    const sessionId = sessions[place] ?? '';
    const exchange = openExchange(recorder, {
      requestBody: requests[place]?.[turn] ?? '',
      rawHeaders: [
        'session-id',
        sessionId,
        'user-agent',
        'codex_exec/0.171.0',
        'content-type',
        'application/json',
      ],
    });
    const answer = answers[count % answers.length];
    const close = (): void =>
      closeExchange(exchange, {
        ...(answer && { responseBody: answer }),
        record: {
          ...{ auth: 'key:key_1', keyId: `key_${place}`, userPath: `/team/${place}`, model: 'gpt-5.5' },
          ...{ provider: 'openai', stream: true, ttfbMs: 400, responseId: createId('req', Date.now()) },
          client: { name: 'codex_exec', version: '0.171.0', sessionId, threadId: sessionId },
          response: { finish: 'completed', events: 120, toolCalls: ['exec_command'] },
          usage: { inputTokens: 10_000, cachedInputTokens: 9_000, outputTokens: 500, totalTokens: 10_500 },
        },
      });
    running.push({ atMs: performance.now(), close });
    count++;
  };
  for (;;) {
    const spentMs = performance.now() - startedAt;
    const isOver = spentMs >= seconds * 1_000;
    while (!isOver && count < (spentMs / 1_000) * perSecond) open();
    while (running[0] && (isOver || performance.now() - running[0].atMs >= ANSWERS_AFTER_MS))
      running.shift()?.close();
    if (isOver) return count;
    await pause(TICK_MS);
  }
};

/** What a gateway's journal costs, without and with its copy in PostgreSQL. */
export async function* measureSink(plan: SinkPlan): AsyncGenerator<SinkFigures> {
  const server = await startPostgres();
  try {
    for (const isShipped of [false, true]) {
      plan.tell(
        `${plan.perSecond} exchanges/s for ${plan.seconds} s, ${isShipped ? 'copied into PostgreSQL' : 'journal alone'}`,
      );
      const dataDir = mkdtempSync(join(tmpdir(), 'gomodel-sink-'));
      const database = openDatabase({
        url: await server.createDatabase(),
        maxConnections: 4,
        prepare: async (raw) => {
          await migrate(raw);
        },
      });
      await database.query('SELECT 1');
      const limits = { logBodies: true, retentionDays: 0, maxDiskBytes: 0, secrets: [] };
      const recorder = await createRecorder({ dataDir, clock: systemClock, ...limits });
      recorder.subscribeTrouble((trouble) => trouble && plan.tell(trouble.message));
      let shipping: LogShipping | undefined;
      if (isShipped) {
        shipping = shipLog({
          ...{ database, recorder, folder: dataDir, retentionDays: 0, tell: plan.tell },
          source: openLogSource(dataDir),
          sink: createPostgresSink({
            database,
            blockStore: createTableBlocks(database),
            instance: 'one',
            onUnstorable: (id, why) => plan.tell(`${id}: ${why}`),
          }),
          cursorFile: join(dataDir, 'shipped.json'),
          now: () => performance.now(),
        });
      }
      const all = readCpuMs(process.pid);
      const own = process.cpuUsage();
      const exchanges = await feed(recorder, plan);
      await recorder.flush();
      const stoppedAt = performance.now();
      const behind = shipping?.lag.behind ?? 0;
      await shipping?.caughtUp();
      const drainedMs = performance.now() - stoppedAt;
      const { user, system } = process.cpuUsage(own);
      const ownMs = (user + system) / 1_000;
      const serverMs = readCpuMs(process.pid) - all - ownMs;
      const [stored] = await database.query<{ rows: number; bytes: number }>(
        `SELECT (SELECT count(*) FROM gomodel.exchanges WHERE duration_ms IS NOT NULL) AS rows,
          (SELECT coalesce(sum(octet_length(bytes)), 0)::bigint FROM gomodel.body_blocks) AS bytes`,
      );
      yield {
        what: isShipped ? 'journal and PostgreSQL' : 'journal alone',
        exchanges,
        perSecond: Math.round(exchanges / plan.seconds),
        lost: recorder.losses.lines + recorder.losses.bodies,
        behind,
        drainedMs: Math.round(drainedMs),
        cpuUs: Math.round((ownMs * 1_000) / exchanges),
        serverCpuUs: Math.round((serverMs * 1_000) / exchanges),
        rows: stored?.rows ?? 0,
        bytesOfBodies: stored?.bytes ?? 0,
      };
      await recorder.close();
      await shipping?.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  } finally {
    await server.remove();
  }
}
