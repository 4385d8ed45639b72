import { randomBytes } from 'node:crypto';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tolerateNoPermissions } from '../../../state/private-files.ts';
import type { BodyReference, BodySide } from '../../bodies/body-reference.ts';
import { readBody } from '../../bodies/read-body.ts';
import { type PendingBody, storeBodies } from '../../bodies/store-bodies.ts';
import { type ExchangeRecord, isFailure } from '../../record.ts';
import { encodeCloseLine } from '../encode-journal-line.ts';
import { type ExchangeLine, type LineDetail, parseLineDetail, parseRecord } from '../parse-journal-line.ts';
import { readExchangeLines } from '../read-exchange-lines.ts';
import { journalFile, packFile, type SegmentName } from '../segment-name.ts';

interface Failure {
  readonly line: ExchangeLine;
  readonly record: ExchangeRecord;
  readonly detail: LineDetail;
  readonly bodies: { [side in BodySide]?: BodyReference };
}

/** Bodies that are in memory at a time, unless a single one is larger. */
const BATCH_BYTES = 1024 * 1024;

async function* failuresOf(folder: string, segment: SegmentName): AsyncGenerator<Failure> {
  for await (const line of readExchangeLines(folder, segment)) {
    const record = line.kind === 'close' ? parseRecord(line) : undefined;
    if (!record || !isFailure(record)) continue;
    const detail = parseLineDetail(line);
    yield { line, record, detail, bodies: { ...detail.bodies } };
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The bodies that are still there, to be stored again; the failure learns their new places. */
const collectBodies = async (folder: string, { record, detail, bodies }: Failure): Promise<PendingBody[]> => {
  const pending: PendingBody[] = [];
  for (const side of ['request', 'response'] as const) {
    const reference = detail.bodies[side];
    const body = reference?.block && (await readBody(folder, reference).catch(() => undefined));
    if (!body) continue;
    const settle = (place: BodyReference): void => {
      bodies[side] = place;
    };
    const { bytes, coding, cutOff } = body;
    pending.push({ id: record.id, side, parts: [bytes], length: bytes.length, coding, cutOff, settle });
  }
  return pending;
};

const encodeLine = ({ line, record, detail, bodies }: Failure): string =>
  encodeCloseLine(
    line.at,
    record,
    JSON.stringify(detail.requestHeaders),
    JSON.stringify(detail.responseHeaders),
    bodies,
  );

/**
 * Copies what failed in a segment, bodies included, into an errors segment of its name, which stays when
 * the segment is deleted. Done again after a crash, or at the same time by another gateway, it gives the same
 * files.
 * @throws the system's error; then the errors segment is as it was
 */
export const carryFailures = async (folder: string, segment: SegmentName): Promise<void> => {
  const pack = packFile(segment.base, true);
  const journal = journalFile(segment.base, true);
  // Another gateway on this folder may carry the same segment at the same time.
  const draft = randomBytes(6).readUIntBE(0, 6);
  const partial = (file: string): string => join(folder, `${file}.${draft}.tmp`);
  const opened: FileHandle[] = [];
  const create = async (file: string): Promise<FileHandle> => {
    const handle = await open(partial(file), 'wx', 0o600);
    opened.push(handle);
    // Whatever the umask is.
    await handle.chmod(0o600).catch((cause: unknown) => tolerateNoPermissions(cause, partial(file)));
    return handle;
  };
  try {
    const bodiesFile = await create(pack);
    const linesFile = await create(journal);
    let offset = 0;
    let batch: Failure[] = [];
    let pending: PendingBody[] = [];
    let pendingBytes = 0;
    let isEmpty = true;
    const write = async (): Promise<void> => {
      let failure: unknown;
      await storeBodies(
        pending,
        async (parts) => {
          const place = { pack, offset, length: 0 };
          const bytes = Buffer.concat(parts);
          await bodiesFile.writeFile(bytes);
          offset += bytes.length;
          return { ...place, length: bytes.length };
        },
        { maxBlockBytes: BATCH_BYTES, shouldCompress: () => true },
        (cause) => {
          failure = cause;
        },
      );
      if (failure !== undefined) throw failure;
      await linesFile.writeFile(batch.map(encodeLine).join(''));
      batch = [];
      pending = [];
      pendingBytes = 0;
    };
    for await (const each of failuresOf(folder, segment)) {
      isEmpty = false;
      const bodies = await collectBodies(folder, each);
      batch.push(each);
      pending.push(...bodies);
      pendingBytes += bodies.reduce((sum, body) => sum + body.length, 0);
      if (pendingBytes >= BATCH_BYTES || batch.length >= 256) await write();
    }
    await write();
    if (isEmpty) return;
    // Whoever deletes the segment has copied its failures, and has deleted the bodies that this copy lacks.
    if (!(await isThere(join(folder, journalFile(segment.base))))) return;
    if (offset > 0) await rename(partial(pack), join(folder, pack));
    await rename(partial(journal), join(folder, journal));
  } finally {
    for (const handle of opened) await handle.close();
    for (const file of [pack, journal]) await rm(partial(file), { force: true });
  }
};
