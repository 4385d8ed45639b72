import type { Conversation } from '../../conversation/read-conversation.ts';
import type { ExchangeDetail, StoredBody } from '../../log/port.ts';
import { bodyText, isBinary, readStoredBody } from '../../log/port.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * A body as a JSON value: `{"json":…}` with its very text where it is JSON, so that numbers and the order
 * of keys stay as they were; else `{"text":…}`, or `{"base64":…}` for binary data.
 */
const bodyJson = async (body: StoredBody, side: 'request' | 'answer'): Promise<string> => {
  const result = await readStoredBody(body, side);
  const about = `"cutOff":${body.cutOff}`;
  if ('unreadable' in result) return `{${about},"unreadable":${JSON.stringify(result.unreadable)}}`;
  const { bytes } = result;
  const sized = `"bytes":${bytes.length},${about}`;
  if (isBinary(bytes)) return `{${sized},"base64":"${bytes.toString('base64')}"}`;
  const text = bodyText(bytes);
  // Inside the strings of valid JSON there are no raw line breaks: those that are there stand between values.
  if (isJson(text)) return `{${sized},"json":${text.replace(/[\r\n]+/g, ' ')}}`;
  return `{${sized},"text":${JSON.stringify(text)}}`;
};

/**
 * An exchange whole, as one line of JSON: the fields of its record, then headers, bodies, and the
 * conversation read from them. Only ever extended.
 */
export const exchangeJson = async (detail: ExchangeDetail, conversation: Conversation): Promise<string> => {
  const { record, requestHeaders, responseHeaders, requestBody, responseBody } = detail;
  const fields = [
    JSON.stringify(record).slice(1, -1),
    `"requestHeaders":${JSON.stringify(requestHeaders)}`,
    `"responseHeaders":${JSON.stringify(responseHeaders)}`,
    ...(requestBody ? [`"requestBody":${await bodyJson(requestBody, 'request')}`] : []),
    ...(responseBody ? [`"responseBody":${await bodyJson(responseBody, 'answer')}`] : []),
    `"conversation":${JSON.stringify(conversation)}`,
  ];
  return `{${fields.join(',')}}`;
};
