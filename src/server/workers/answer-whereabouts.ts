import type { Whereabouts } from '../compose/compose-whereabouts.ts';
import type { Answers } from './link.ts';
import type { PrimaryCalls } from './protocol.ts';

/** What the primary answers to workers that ask where something is: it counts for all of them. */
export const answerWhereabouts = ({
  placements,
  holders,
}: Whereabouts): Pick<Answers<PrimaryCalls>, 'place' | 'noteHeld' | 'findHolder'> => ({
  place: async (request) => placements.place(request),
  noteHeld: async ({ ids, holder }) => {
    holders.note(ids, holder);
    return undefined;
  },
  findHolder: async (ids) => holders.find(ids),
});
