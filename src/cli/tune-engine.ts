import { setFlagsFromString } from 'node:v8';

/**
 * Tells the engine to make every object young. Of what it sees survive while the gateway starts, it would
 * make all later ones old from the beginning, and these keep alive what they lead to: measured under load, a
 * sixth of all memory instead of a fortieth outlives its request, at a fifth more processor time.
 */
export const tuneEngine = (): void => setFlagsFromString('--no-allocation-site-pretenuring');
