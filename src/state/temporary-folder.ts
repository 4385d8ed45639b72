import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '../base/errors.ts';

/** What `mkdtemp` adds to a prefix. */
export const RANDOM_SUFFIX = 'XXXXXX';

/** `TMPDIR` may name a folder that is gone or must not be written to, as in containers. */
export const temporaryPlaces = (): readonly string[] => [tmpdir(), '/tmp'];

/**
 * Makes a new folder that only this user may enter, in the first of the places that lets it.
 * @returns its path
 * @throws GatewayError command_failed if none of them does
 */
export const createTemporaryFolder = async (
  prefix: string,
  places: readonly string[] = temporaryPlaces(),
): Promise<string> => {
  const reasons: string[] = [];
  for (const place of new Set(places)) {
    try {
      return await mkdtemp(join(place, prefix));
    } catch (cause) {
      reasons.push(cause instanceof Error ? cause.message : String(cause));
    }
  }
  throw new GatewayError(
    'command_failed',
    `No temporary folder can be created (${reasons.join('; ')}). Set TMPDIR to a folder that you may write to.`,
  );
};
