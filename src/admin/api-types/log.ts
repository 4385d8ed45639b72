import type { AuditEntry, Paged } from './entry.ts';

export interface AuditLogAnswer extends Paged<AuditEntry> {
  /**
   * True where bodies were searched and the time for it ran out, or the index of a long log is being made: older ones
   * were not looked at, nor counted. The same question, asked again within a minute, looks on from there.
   */
  incomplete?: boolean;
}

/** What the log had to give up since the gateway started: its disk failed, or memory was short. */
export interface LogLosses {
  lines: number;
  bodies: number;
}

/** A word of a search, with what stands around it. */
interface TextPlace {
  /** Whose words they are: a role, the name of a tool, or `request` and `response`. */
  where: string;
  before: string;
  match: string;
  after: string;
}

/** Where an exchange says the words of a search. */
export interface TextHit {
  id: string;
  /** From one to three: together they show each of the first five words, where there is room. */
  places: TextPlace[];
}

/** `GET audit/hits`: exchanges that say none of the words, or were not read in time, are left out. */
export interface HitsAnswer {
  hits: TextHit[];
}
