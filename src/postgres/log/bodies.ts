import {
  type BodyReference,
  createPackReader,
  type ExchangeDetail,
  type PackReader,
  type StoredBody,
} from '../../log/port.ts';
import type { Database } from '../database.ts';
import type { Detail } from './detail.ts';

export interface PostgresBodies {
  /** @param instance that the exchange passed. @returns undefined where retention has deleted it */
  read(instance: number, reference: BodyReference | undefined): Promise<StoredBody | undefined>;
  /** Everything of an exchange. */
  complete(instance: number, detail: Detail): Promise<ExchangeDetail>;
}

/** Packs whose last block is remembered: exchanges of a page are mostly in few of them. */
const MAX_PACKS = 8;

export const createPostgresBodies = (database: Database): PostgresBodies => {
  const readers = new Map<string, PackReader>();

  const readerOf = (instance: number, pack: string): PackReader => {
    const name = `${instance}/${pack}`;
    const known = readers.get(name);
    if (known) return known;
    const reader = createPackReader(async (offset) => {
      const [row] = await database.query<{ bytes: Buffer }>(
        `SELECT bytes FROM gomodel.packs p JOIN gomodel.body_blocks b ON b.day = p.day AND b.pack_id = p.id
          WHERE p.name = $1 AND p.day = $2 AND b.day = $2 AND b.start = $3`,
        [name, pack.slice(0, 10), offset],
      );
      return row?.bytes;
    });
    if (readers.size >= MAX_PACKS) readers.delete(readers.keys().next().value ?? '');
    readers.set(name, reader);
    return reader;
  };
  const read: PostgresBodies['read'] = async (instance, reference) => {
    if (!reference) return undefined;
    const { block, coding, cutOff } = reference;
    if (!block) return { coding, bytes: Buffer.alloc(0), cutOff };
    const bytes = await readerOf(instance, block.pack).read(reference);
    return bytes && { coding, bytes, cutOff };
  };
  return {
    read,
    complete: async (instance, { record, requestHeaders, responseHeaders, bodies }) => {
      const requestBody = await read(instance, bodies.request);
      const responseBody = await read(instance, bodies.response);
      return {
        record,
        requestHeaders,
        responseHeaders,
        ...(requestBody && { requestBody }),
        ...(responseBody && { responseBody }),
      };
    },
  };
};
