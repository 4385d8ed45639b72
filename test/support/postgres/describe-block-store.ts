import { beforeEach, describe, expect, it } from 'vitest';
import type { BodyReference, CopiedBlock, LoggedExchange } from '../../../src/log/port.ts';
import type { BlockStore } from '../../../src/postgres/bodies/block-store.ts';
import { type BlockWriter, createBlockWriter } from '../../../src/postgres/bodies/write-blocks.ts';
import type { Database } from '../../../src/postgres/database.ts';
import { createDayTables } from '../../../src/postgres/log/day-tables.ts';
import { loggedExchange } from './open-log.ts';

/** A store of bodies that is empty, in a database of its own. */
export interface BlockStoreHarness {
  readonly database: Database;
  /** As another gateway of the same database opens it. */
  open(): BlockStore;
  remove(): Promise<void>;
}

const DAY = '2026-11-30';
const FILE = `${DAY}T080000Z-4711-k3f9q2-0001.bodies`;
const OLD_FILE = '2026-10-01T080000Z-4711-k3f9q2-0001.bodies';

/** A file of bodies: blocks of some sizes, one after another. */
const fileOf = (sizes: readonly number[], letter = 'a'): readonly CopiedBlock[] => {
  let start = 0;
  return sizes.map((size, place) => {
    const bytes = Buffer.alloc(size, `${letter}${place}`);
    start += size;
    return { start: start - size, bytes };
  });
};
const placeOf = ({ start, bytes }: CopiedBlock) => ({ offset: start, length: bytes.length });

/** An exchange whose request lies in a block. */
const exchangeIn = (file: string, block: CopiedBlock): LoggedExchange => {
  const request: BodyReference = {
    block: { pack: file, ...placeOf(block) },
    ...{ start: 0, length: 1, coding: 'identity', cutOff: false },
  };
  return { ...loggedExchange(Date.parse(`${DAY}T08:00:00Z`)), bodies: { request } };
};

/** What every store of bodies does, wherever it keeps them. */
export const describeBlockStore = (name: string, start: () => Promise<BlockStoreHarness>): void => {
  describe(name, () => {
    let harness: BlockStoreHarness;
    let store: BlockStore;
    beforeEach(async () => {
      harness = await start();
      store = harness.open();
      return () => harness.remove();
    });

    const writerOf = (target: BlockStore): BlockWriter => {
      const days = createDayTables(harness.database.query);
      return createBlockWriter({
        database: harness.database,
        store: target,
        makeDay: (day) => days.make([day]),
      });
    };
    /** Where the writer has asked for blocks from. */
    const sourceOf = (files: Readonly<Record<string, readonly CopiedBlock[]>>) => {
      const asked: [file: string, from: number][] = [];
      async function* blocks(file: string, from: number, to: number) {
        asked.push([file, from]);
        yield* (files[file] ?? []).filter((block) => block.start >= from && block.start < to);
      }
      return { asked, blocks };
    };
    /** Sends a file up to a block, the last by default. */
    const send = async (
      blocks: readonly CopiedBlock[],
      { file = FILE, gateway = 1, upTo = blocks.at(-1), target = store } = {},
    ): Promise<void> => {
      if (!upTo) return;
      await writerOf(target).put(gateway, [exchangeIn(file, upTo)], sourceOf({ [file]: blocks }));
    };
    const packOf = (file = FILE, gateway = 1) => ({ name: `${gateway}/${file}`, day: file.slice(0, 10) });
    const has = async (blocks: readonly CopiedBlock[], pack = packOf(), reader = harness.open()) => {
      const found: boolean[] = [];
      for (const block of blocks)
        found.push((await reader.get(pack, placeOf(block)))?.equals(block.bytes) === true);
      return found;
    };

    it('gives another gateway each block as it was, in any order, again and again', async () => {
      const blocks = fileOf([300, 1, 70_000, 24]);
      await send(blocks);
      const reader = harness.open();
      for (let time = 0; time < 3; time++)
        expect(await has(blocks.toReversed(), packOf(), reader)).toEqual([true, true, true, true]);
    });

    it('keeps what is sent again once, also where there is more of it by now', async () => {
      const blocks = fileOf([300, 200, 100, 50]);
      await send(blocks.slice(0, 2));
      await send(blocks.slice(0, 2));
      // Killed before it had noted that: what comes then begins at the same place.
      const [row] = await harness.database.query<{ id: number }>('SELECT id FROM gomodel.packs');
      await store.put({ id: row?.id ?? 0, ...packOf() }, blocks.slice(0, 3));
      await send(blocks);
      expect(await has(blocks)).toEqual([true, true, true, true]);
    });

    it('goes on behind what is there, after a restart as well', async () => {
      const blocks = fileOf([300, 200, 100]);
      await send(blocks, { upTo: blocks[0] });
      const source = sourceOf({ [FILE]: blocks });
      const writer = writerOf(harness.open());
      await writer.put(1, [exchangeIn(FILE, blocks[2] as CopiedBlock)], source);
      await writer.put(1, [exchangeIn(FILE, blocks[1] as CopiedBlock)], source);
      expect(source.asked).toEqual([[FILE, 300]]);
      expect(await has(blocks)).toEqual([true, true, true]);
    });

    it('keeps files of many megabytes, and a block that is larger than what is sent at once', async () => {
      const blocks = fileOf([2 ** 20, 3 * 2 ** 20, 2 ** 20, 9 * 2 ** 20, 5]);
      await send(blocks);
      expect(await has(blocks)).toEqual([true, true, true, true, true]);
    });

    it('tells what one gateway wrote from what another has in a file of the same name', async () => {
      const [one, other] = [fileOf([50, 60]), fileOf([50, 60], 'b')];
      await send(one);
      await send(other, { gateway: 2 });
      expect(await has(one)).toEqual([true, true]);
      expect(await has(other, packOf(FILE, 2))).toEqual([true, true]);
      expect(await has(other)).toEqual([false, false]);
    });

    it('has nothing of what it was never given', async () => {
      const blocks = fileOf([100, 100]);
      await send(blocks, { upTo: blocks[0] });
      expect(await store.get(packOf(), placeOf(blocks[1] as CopiedBlock))).toBeUndefined();
      expect(await store.get(packOf(OLD_FILE), { offset: 0, length: 100 })).toBeUndefined();
      expect(await store.get(packOf(FILE, 7), { offset: 0, length: 100 })).toBeUndefined();
    });

    it.each([
      '../../1/x',
      `1/../${FILE}`,
      `1/${FILE}/..`,
      `1/${FILE}?x`,
      `1/${FILE}\0`,
      '',
      `${'1'.repeat(99)}/${FILE}`,
    ])('has nothing of a name that is none: %j', async (odd) => {
      await send(fileOf([100]));
      const found = await store
        .get({ name: odd, day: DAY }, { offset: 0, length: 100 })
        .catch(() => undefined);
      expect(found).toBeUndefined();
    });

    it('goes on where it was broken off, and counts nothing as kept that is not', async () => {
      const blocks = fileOf([5 * 2 ** 20, 5 * 2 ** 20, 100]);
      let isBroken = true;
      const breaking: BlockStore = {
        ...store,
        put: async (pack, run) => {
          if (isBroken && run[0]?.start !== 0) throw new Error('away');
          await store.put(pack, run);
        },
      };
      const source = sourceOf({ [FILE]: blocks });
      const writer = writerOf(breaking);
      const batch = [exchangeIn(FILE, blocks[2] as CopiedBlock)];
      await expect(writer.put(1, batch, source)).rejects.toThrow('away');
      expect(await has(blocks)).toEqual([true, false, false]);
      isBroken = false;
      await writer.put(1, batch, source);
      expect(source.asked).toEqual([
        [FILE, 0],
        [FILE, 5 * 2 ** 20],
      ]);
      expect(await has(blocks)).toEqual([true, true, true]);
    });

    it('sends the files of several processes side by side', async () => {
      const files = Object.fromEntries(
        Array.from({ length: 9 }, (_, place) => [FILE.replace('0001', `000${place}`), fileOf([50, 60])]),
      );
      const batch = Object.entries(files).map(([file, blocks]) => exchangeIn(file, blocks[1] as CopiedBlock));
      await writerOf(store).put(1, batch, sourceOf(files));
      for (const [file, blocks] of Object.entries(files))
        expect(await has(blocks, packOf(file))).toEqual([true, true]);
    });

    it('deletes what belongs to days that the log has dropped, and nothing else', async () => {
      const blocks = fileOf([100, 200]);
      await send(blocks);
      await send(blocks, { file: OLD_FILE });
      await store.enforce();
      expect(await has(blocks, packOf(OLD_FILE))).toEqual([true, true]);
      await harness.database.query(`SELECT gomodel.drop_days('2026-11-01'::date)`);
      await store.enforce();
      await store.enforce();
      expect(await has(blocks, packOf(OLD_FILE))).toEqual([false, false]);
      expect(await has(blocks)).toEqual([true, true]);
      // What comes late is taken in, and goes with the next look.
      await send(blocks, { file: OLD_FILE });
      expect(await has(blocks, packOf(OLD_FILE))).toEqual([true, true]);
      await harness.database.query(`SELECT gomodel.drop_days('2026-11-01'::date)`);
      await store.enforce();
      expect(await has(blocks, packOf(OLD_FILE))).toEqual([false, false]);
    });

    it('rejects, and never says that nothing is there, where the database is gone', async () => {
      await send(fileOf([100]));
      const other = harness.open();
      await harness.database.query('ALTER TABLE gomodel.packs RENAME TO away');
      await expect(other.get(packOf(), { offset: 0, length: 100 })).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
    });
  });
};
