import { readString, scanMembers } from '../json/scan-members.ts';

const TYPE_FIRST = /^\s*\{\s*(?:"sequence_number"\s*:\s*\d+\s*,\s*)?"type"\s*:\s*"([^"\\]*)"/;

const findType = (data: string): string => {
  const bytes = Buffer.from(data, 'latin1');
  return readString(bytes, scanMembers(bytes)?.get('type')) ?? '';
};

/**
 * The type of an event. Where it is not written at the front, the event's name is believed.
 * @param data JSON, in an encoding that leaves ASCII as it is
 */
export const eventTypeOf = (eventName: string | undefined, data: string): string =>
  TYPE_FIRST.exec(data)?.[1] ?? eventName ?? findType(data);
