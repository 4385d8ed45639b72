import type { AdminLog } from '../../guard/admin-log.ts';
import { type Person, personId } from '../../guard/people/person.ts';
import { shownIdOf } from '../../guard/people/sign-in-desk.ts';
import type { EndReason } from './sign-ins.ts';

/** Tells the admin log what nobody has asked for. Never throws or rejects. */
export const createNoteEnded =
  (adminLog: Pick<AdminLog, 'append'>, now: () => number) =>
  (id: string, person: Person, reason: EndReason): void => {
    const append = async (): Promise<void> =>
      adminLog.append({
        at: new Date(now()).toISOString(),
        by: reason === 'refused_by_provider' ? 'identity_provider' : 'gateway',
        action: 'sign-in.end',
        target: shownIdOf(id),
        from: { person: personId(person.subject), name: person.name },
        to: { reason },
      });
    // It has ended, whether or not the log can say so: trouble with that is told where it is read.
    append().catch(() => {});
  };
