import { readString, scanMembers } from '../../json/scan-members.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import type { OutgoingBody } from '../forwarding.ts';

const SPEECH_PATH = /\/audio\/speech\/?(?:\?|$)/;

/** Models that are charged by the character of what they read, and answer with sound alone. */
const BY_CHARACTER = /^(?:.*\/)?tts-1(?:-hd)?(?:-\d{4})?$/;

/**
 * How many characters a request has read aloud, where that is what is charged and no answer says so.
 * @param path below `/v1`
 * @returns undefined where something else is charged, or the text is not known
 */
export const countSpoken = (
  path: string,
  body: OutgoingBody,
  { sentModel, requestedModel, model }: Pick<ExchangeRecord, 'sentModel' | 'requestedModel' | 'model'>,
): number | undefined => {
  if (body.kind !== 'buffered' || !SPEECH_PATH.test(path)) return undefined;
  if (!BY_CHARACTER.test(sentModel ?? requestedModel ?? model ?? '')) return undefined;
  const text = readString(body.bytes, scanMembers(body.bytes)?.get('input'));
  if (text === undefined) return undefined;
  let characters = 0;
  for (const _ of text) characters++;
  return characters;
};
