import { createKeyDesk, type KeyDesk } from '../../guard/keys/key-desk.ts';
import { workAtDesk } from '../at-desk.ts';
import type { CommandContext } from '../context.ts';

/** Works on the keys and policies of a data folder. @throws what `workAtDesk` throws */
export const atDesk = (
  flags: { readonly dataDir?: string },
  context: CommandContext,
  work: (desk: KeyDesk) => Promise<void>,
): Promise<void> =>
  workAtDesk(flags, context, ({ keyStore }, deps) => createKeyDesk({ store: keyStore, ...deps }), work);
