import type { CopiedBlock } from '../../log/port.ts';

/** The blocks of one gateway's file of bodies. */
export interface Pack {
  readonly id: number;
  /** The number of the gateway, a slash, and the file's name. */
  readonly name: string;
  /** UTC, `YYYY-MM-DD`: retention takes all packs of a day. */
  readonly day: string;
}

/** A block within a pack, in bytes. */
export interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

/** Up to where the blocks of a pack `p` of day $2 are kept, wherever that is. */
export const STORED_END = `greatest(
  (SELECT coalesce(max(start + octet_length(bytes)), 0) FROM gomodel.body_blocks WHERE day = $2 AND pack_id = p.id),
  (SELECT coalesce(max(start + length), 0) FROM gomodel.body_objects WHERE pack_id = p.id))`;

/** A block is known, and cannot be had. The message goes on from `the body of the request`, for whoever reads the log. */
export class UnreadableBlock extends Error {
  /** @param isPassing whether it may be read in a moment */
  constructor(
    message: string,
    readonly isPassing = false,
  ) {
    super(message);
  }
}

/**
 * Where the compressed blocks that bodies lie in are kept for all gateways of a database. Every implementation passes
 * `describeBlockStore`.
 */
export interface BlockStore {
  /**
   * Keeps blocks that follow each other; again where they are there already. What was told before is kept by then.
   * @throws GatewayError storage_unavailable
   */
  put(pack: Pack, run: readonly CopiedBlock[]): Promise<void>;
  /**
   * @returns the bytes, to be checked by who reads them; undefined where this store was never given them
   * @throws UnreadableBlock, and GatewayError storage_unavailable where the database does not answer
   */
  get(pack: Pick<Pack, 'name' | 'day'>, place: BlockPlace): Promise<Buffer | undefined>;
  /** Deletes what belongs to days that the log has dropped. @throws GatewayError storage_unavailable */
  enforce(): Promise<void>;
}
