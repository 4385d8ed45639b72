import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Database } from '../database.ts';
import { type LogShipping, type ShipLogDeps, shipLog } from '../log/ship-log.ts';
import type { BlockStore } from './block-store.ts';
import { createBodySink } from './body-sink.ts';
import { createFindBlock, type FindBlock } from './find-block.ts';
import { createObjectBlocks } from './object-blocks.ts';
import { createTableBlocks } from './table-blocks.ts';

export interface BodiesDeps {
  readonly database: Database;
  /** Absent: bodies are in a table. */
  readonly objects: ObjectStore | undefined;
  /** Whether new ones go to `objects`, or to the table again. */
  readonly writes: boolean;
}

/** Where the bodies of the log are. */
export interface Bodies {
  readonly findBlock: FindBlock;
  /** Where the rows' own sink puts bodies before it puts the rows; absent where they go apart. */
  inlineStore(dataDir: string): BlockStore | undefined;
  /** Copies bodies apart from the rows; undefined where they go with them. */
  ship(of: BodyShipping): LogShipping | undefined;
}

type BodyShipping = Pick<ShipLogDeps, 'source' | 'recorder' | 'retentionDays' | 'now' | 'tell'> & {
  readonly dataDir: string;
  readonly instance: string;
};

const CURSOR_FILE = 'shipped-bodies.json';
/** An object has what came within so long. */
const GATHER_MS = 1_000;

export const openBodies = ({ database, objects, writes }: BodiesDeps): Bodies => {
  const table = createTableBlocks(database);
  const inObjects = createObjectBlocks({ database, objects });
  const target = objects && writes ? inObjects : table;
  const place = objects && writes ? objects.place : 'PostgreSQL';
  /** What an earlier run has sent apart may be behind its rows: its place goes on counting. */
  const isApart = (dataDir: string): boolean =>
    objects !== undefined || existsSync(join(dataDir, CURSOR_FILE));
  return {
    // The table is quickly asked.
    findBlock: createFindBlock(database, [table, inObjects]),
    inlineStore: (dataDir) => (isApart(dataDir) ? undefined : table),
    ship: ({ dataDir, instance, ...rest }) => {
      if (!isApart(dataDir)) return undefined;
      return shipLog({
        ...rest,
        database,
        sink: createBodySink(database, instance, target, () => inObjects.enforce()),
        folder: dataDir,
        cursorFile: join(dataDir, CURSOR_FILE),
        gatherMs: GATHER_MS,
        texts: {
          behind: (exchanges) =>
            `Bodies in ${place} are behind: those of ${exchanges} wait in the journal of this gateway, and more as they end.`,
          whole: `Bodies in ${place} are all there again.`,
        },
      });
    },
  };
};
