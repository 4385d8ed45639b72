import { isObject, parseJson } from '../base/json-object.ts';
import type { Api } from './answer-summary.ts';
import { completeCharacter } from './complete-character.ts';
import { completeObject } from './complete-json.ts';
import { errorMember, type FailedAnswer, failureEventData, type StreamFailure } from './failure-event.ts';
import { readUnfinishedEvent } from './readers/read-unfinished-event.ts';

/** By which clients of each API know the event that tells of the failure. */
const EVENT_LINE: Readonly<Record<Api, string>> = {
  responses: 'event: response.failed\n',
  chat: '',
  messages: 'event: error\n',
  gemini: '',
};

/** True where nothing of an event's data is missing, even if its blank line is. */
export const isWholeData = (data: string): boolean => data.startsWith('[DONE]') || isObject(parseJson(data));

/** Ends the line that the text ends in. A `\r` gets its `\n`, for readers that wait for it. */
const endLine = (text: string): string => (text === '' || text.endsWith('\n') ? '' : '\n');

/**
 * Lines that make unreadable what the data of an unfinished event says, where clients must not act on it. Anthropic's
 * clients throw what they cannot read, and would not come to the failure: the last name of an event counts, and
 * what is named `ping` they pass over.
 */
const spoilEvent = (api: Api, text: string): string =>
  `${endLine(text)}${api === 'messages' ? 'event: ping\n' : ''}data: }\n\n`;

/** The blank line that the text of an event lacks. */
export const endEvent = (text: string): string => `${endLine(text)}\n`;

/**
 * Closes a stream that was cut off, with an event that tells of the failure.
 *
 * A blank line alone would hand the beginning of an event to the client: Codex skips what is no JSON, but
 * the `openai` client throws a syntax error instead of the message. So an unfinished event is completed
 * into an `error` event. Where that gives a second member of a name, readers take the last one or refuse
 * the event (RFC 8259 §4): Codex does the latter, and either way nobody acts on half an event.
 *
 * @param unfinished what came since the last blank line, as Latin-1 text; undefined if it is not known
 * @param isBreach the unfinished event breaks the grammar: also where all of its data has come, it must not be read
 */
export const closeStream = (
  api: Api,
  unfinished: string | undefined,
  failure: StreamFailure,
  answer: FailedAnswer,
  isBreach = false,
): Buffer => {
  const data = failureEventData(api, failure, answer);
  const event = `${EVENT_LINE[api]}data: ${data}\n\n`;
  if (unfinished === undefined) return Buffer.from(`\n\n${event}`);

  const character = completeCharacter(unfinished);
  const text = unfinished + character;
  const close = (ending: string): Buffer =>
    Buffer.concat([Buffer.from(character, 'latin1'), Buffer.from(ending)]);

  const begun = readUnfinishedEvent(text);
  // Without data the event can still become ours: its name is replaced, and blanks before JSON are allowed.
  if (begun === undefined || begun.data.trim() === '') return close(endLine(text) + event);
  if (isWholeData(begun.data)) return close((isBreach ? spoilEvent(api, text) : endEvent(text)) + event);

  const inDataLine = /(?:^|[\r\n])data:[^\r\n]*$/.test(text);
  // Where the error stands in the data of any event, the one that had begun tells it already.
  const tellsAlone = EVENT_LINE[api] === '';
  const members = tellsAlone ? errorMember(failure) : `"type":"error",${errorMember(failure)}`;
  const missing = completeObject(inDataLine ? begun.data : `${begun.data}\n`, members);
  if (missing === undefined) return close(endEvent(text) + event);
  const completed = `${inDataLine ? '' : `${endLine(text)}data: `}${missing}\n\n`;
  return close(tellsAlone ? completed : completed + event);
};
