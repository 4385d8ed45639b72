import {
  type BodyReference,
  createPackReader,
  type ExchangeDetail,
  type PackReader,
  type StoredBody,
} from '../../log/port.ts';
import { UnreadableBlock } from '../bodies/block-store.ts';
import type { FindBlock } from '../bodies/find-block.ts';
import type { Detail } from './detail.ts';

type Side = 'request' | 'response';

interface FoundBody extends StoredBody {
  /** It cannot be read now, and may be in a moment. */
  readonly isPassing?: true;
}

export interface PostgresBodies {
  /** @returns one that says why it cannot be read, where the store does not give it; undefined where none was logged */
  read(instance: number, bodies: Detail['bodies'], side: Side): Promise<FoundBody | undefined>;
  /** Everything of an exchange. */
  complete(instance: number, detail: Detail): Promise<ExchangeDetail>;
}

/** Packs whose last block is remembered: exchanges of a page are mostly in few of them. */
const MAX_PACKS = 8;

const NOTHING = Buffer.alloc(0);
const NAMES = { request: 'request', response: 'answer' } as const;

export const createPostgresBodies = (findBlock: FindBlock): PostgresBodies => {
  const readers = new Map<string, PackReader>();

  const readerOf = (instance: number, file: string): PackReader => {
    const name = `${instance}/${file}`;
    const known = readers.get(name);
    if (known) return known;
    const pack = { name, day: file.slice(0, 10) };
    const reader = createPackReader((offset, length) => findBlock(pack, { offset, length }));
    if (readers.size >= MAX_PACKS) readers.delete(readers.keys().next().value ?? '');
    readers.set(name, reader);
    return reader;
  };
  const readBytes = async (instance: number, file: string, reference: BodyReference): Promise<Buffer> => {
    const bytes = await readerOf(instance, file).read(reference);
    if (!bytes) throw new UnreadableBlock('is damaged in the store');
    return bytes;
  };
  const read: PostgresBodies['read'] = async (instance, bodies, side) => {
    const reference = bodies[side];
    if (!reference) return undefined;
    const { block, coding, cutOff } = reference;
    if (!block) return { coding, bytes: NOTHING, cutOff };
    try {
      return { coding, bytes: await readBytes(instance, block.pack, reference), cutOff };
    } catch (error) {
      if (!(error instanceof UnreadableBlock)) throw error;
      const unreadable = `the body of the ${NAMES[side]} ${error.message}`;
      return {
        coding: 'identity',
        bytes: NOTHING,
        cutOff: false,
        unreadable,
        ...(error.isPassing && { isPassing: true }),
      };
    }
  };
  return {
    read,
    complete: async (instance, { record, requestHeaders, responseHeaders, bodies }) => {
      const requestBody = await read(instance, bodies, 'request');
      const responseBody = await read(instance, bodies, 'response');
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
