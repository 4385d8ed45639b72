import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { readStoredBody } from '../../../src/log/bodies/read-stored-body.ts';
import type { Recorder } from '../../../src/log/capture/recorder.ts';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import { closeExchange } from '../../support/log/record-exchange.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const MB = 2 ** 20;
const log = useLogFolder();

const packBytes = (): number =>
  log.files('.bodies').reduce((sum, name) => sum + statSync(join(log.folder, name)).size, 0);

/** A session with one large image: every turn sends all of it again, and an item more. */
const createSession = (bytes: number, itemBytes = 3_000) => {
  const image = randomBytes(Math.floor((bytes * 3) / 4)).toString('base64');
  const items = [`{"type":"input_image","image_url":"data:image/png;base64,${image}"}`];
  const turns: Buffer[] = [];
  return {
    next: (): Buffer => {
      items.push(JSON.stringify({ role: 'user', content: randomBytes(itemBytes / 2).toString('hex') }));
      const tools = '{"type":"function","name":"exec_command"}';
      const body = Buffer.from(`{"input":[${items.join()}],"tools":[${tools}],"turn":${turns.length}}`);
      turns.push(body);
      return body;
    },
    turns,
    newBytes: (): number => items.slice(1).reduce((sum, item) => sum + item.length, 0),
  };
};

const recordTurn = async (
  recorder: Recorder,
  body: Buffer,
  thread: string,
  zstd = false,
): Promise<string> => {
  const rawHeaders = ['session-id', thread];
  const exchange = recorder.open({ method: 'POST', path: '/v1/responses', transport: 'http', rawHeaders });
  if (zstd) exchange.keepRequestBody(await compressForStorage(body), 'zstd', body);
  else exchange.keepRequestBody(body, 'identity');
  exchange.commit();
  closeExchange(exchange);
  await recorder.flush();
  return exchange.id;
};

const readRequest = async (id: string): Promise<Buffer | undefined> => {
  const body = (await readExchange(log.dataDir, id))?.requestBody;
  const read = body && (await readStoredBody(body, 'request'));
  return read && 'bytes' in read ? read.bytes : undefined;
};

describe('the log of large sessions (N5, 93)', () => {
  it.each([
    { sessions: 1, bytes: 7 * MB, turns: 30 },
    { sessions: 1, bytes: 9 * MB, turns: 30 },
    { sessions: 6, bytes: 7 * MB, turns: 6 },
    { sessions: 12, bytes: 5 * MB, turns: 4 },
    { sessions: 1, bytes: 48 * MB, turns: 4 },
  ])(
    'is not much larger than its last turns: $sessions of $bytes bytes',
    async (given) => {
      const recorder = await log.startRecorder();
      const sessions = Array.from({ length: given.sessions }, () => createSession(given.bytes));
      const ids: { id: string; body: Buffer }[] = [];
      for (let turn = 0; turn < given.turns; turn++) {
        for (const [index, session] of sessions.entries()) {
          const body = session.next();
          const id = await recordTurn(recorder, body, `session-${index}`, turn % 3 === 1);
          if (turn === 0 || turn === given.turns - 1 || turn === 2) ids.push({ id, body });
        }
      }
      let alone = 0;
      for (const session of sessions) {
        alone += (await compressForStorage(session.turns.at(-1) as Buffer)).length + session.newBytes();
      }
      expect(packBytes()).toBeLessThan(alone * 1.5);
      for (const { id, body } of ids) expect((await readRequest(id))?.equals(body)).toBe(true);
      expect(recorder.losses).toEqual({ lines: 0, bodies: 0 });
    },
    120_000,
  );

  it('stays so over 600 turns', async () => {
    const recorder = await log.startRecorder();
    const session = createSession(20_000, 1_000);
    const ids: string[] = [];
    for (let turn = 0; turn < 600; turn++) ids.push(await recordTurn(recorder, session.next(), 'long'));
    const last = (await compressForStorage(session.turns.at(-1) as Buffer)).length;
    expect(packBytes()).toBeLessThan(2 * last + session.newBytes());
    for (const index of [0, 300, 511, 512, 513, 599]) {
      expect((await readRequest(ids[index] as string))?.equals(session.turns[index] as Buffer)).toBe(true);
    }
  }, 120_000);

  it('stays so where a client asks something else in between', async () => {
    const recorder = await log.startRecorder();
    const session = createSession(2 * MB);
    for (let turn = 0; turn < 20; turn++) {
      await recordTurn(recorder, session.next(), 'mixed');
      await recordTurn(recorder, Buffer.from(`{"input":"a title, please: ${turn}"}`), 'mixed');
    }
    const last = (await compressForStorage(session.turns.at(-1) as Buffer)).length;
    expect(packBytes()).toBeLessThan(1.5 * last + session.newBytes());
  }, 60_000);

  it('stays so side by side where clients name no session', async () => {
    const recorder = await log.startRecorder();
    const sessions = Array.from({ length: 6 }, () => createSession(MB));
    for (let turn = 0; turn < 6; turn++) {
      for (const session of sessions) await recordTurn(recorder, session.next(), '');
    }
    const last = (await compressForStorage(sessions[0]?.turns.at(-1) as Buffer)).length;
    expect(packBytes()).toBeLessThan(1.2 * 6 * last);
  }, 60_000);

  it('keeps little in memory, however many sessions there are', async () => {
    const recorder = await log.startRecorder();
    const sessions = Array.from({ length: 10 }, () => createSession(9 * MB));
    for (const [index, session] of sessions.entries()) {
      await recordTurn(recorder, session.next(), `session-${index}`);
      session.turns.length = 0;
    }
    const before = process.memoryUsage().arrayBuffers;
    for (const [index, session] of sessions.entries()) {
      await recordTurn(recorder, session.next(), `session-${index}`);
      session.turns.length = 0;
    }
    globalThis.gc?.();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(160 * MB);
  }, 60_000);
});
