import { GatewayError } from '../../base/errors.ts';
import { type MemberEdit, replaceMembers } from '../../json/replace-members.ts';
import { type ByteRange, readString, scanMembers } from '../../json/scan-members.ts';
import { type ExchangeDetail, type HeaderLines, REDACTED, readStoredBody } from '../../log/port.ts';
import { leaveOutTools } from './leave-out-tools.ts';

/** A recorded request, ready to be sent to another model. */
export interface PreparedAgain {
  /** Path and query at this gateway. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Tools that its provider would have run by itself. */
  readonly leftOut: readonly string[];
  /** As the client asked for it then. */
  readonly model: string | undefined;
}

/** Model requests that name their model in the body. */
const SERVED = /^\/v1\/(?:responses|chat\/completions|messages)\/?(?:\?|$)/;
const BARE = /^\/(?:responses|chat\/completions)\/?(?:\?|$)/;

/** What says how the body is to be read. Who sent it then, and in which session, is not repeated. */
const KEPT_HEADERS = new Set([
  'accept',
  'content-type',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
]);

const cannot = (why: string): GatewayError =>
  new GatewayError('cannot_send_again', `this request cannot be sent again: ${why}`);

/** @throws GatewayError cannot_send_again */
const readWhole = async ({ record, requestBody }: ExchangeDetail): Promise<Buffer> => {
  if (!requestBody) {
    const remedy = 'The log keeps bodies where LOGGING_LOG_BODIES is not false.';
    throw cannot(`the log did not keep its body. ${remedy}`);
  }
  if (requestBody.cutOff) throw cannot('the log kept only the beginning of its body.');
  const read = await readStoredBody(requestBody, 'request');
  if ('unreadable' in read) throw cannot(`${read.unreadable}.`);
  if (record.request.bodyBytes !== undefined && record.request.bodyBytes !== read.bytes.length) {
    throw cannot('its body in the log has another length than the one that was sent.');
  }
  return read.bytes;
};

const pathOf = ({ method, path, transport }: ExchangeDetail['record']): string => {
  const isPost = method === 'POST' || transport === 'websocket';
  if (!isPost || !(SERVED.test(path) || BARE.test(path))) {
    throw cannot(
      'only requests of the Responses, Chat Completions and Messages APIs can, since they name their model in the body.',
    );
  }
  return path.includes(REDACTED) ? (path.split('?', 1)[0] ?? path) : path;
};

const headersOf = (lines: HeaderLines): Record<string, string> => ({
  'content-type': 'application/json',
  ...Object.fromEntries(
    lines
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name, value]) => KEPT_HEADERS.has(name) && !value.includes(REDACTED)),
  ),
});

/** A message over WebSocket as the request that it stands for. */
const asRequest = new Map<string, MemberEdit>([
  ['type', { kind: 'drop' }],
  ['stream', { kind: 'set', value: [Buffer.from('true')] }],
]);

const isFalse = (bytes: Buffer, range: ByteRange | undefined): boolean =>
  range !== undefined && bytes.toString('latin1', range.start, range.end) === 'false';

/**
 * The recorded request with another model in place of its own, without what its provider would run by itself. All
 * other bytes of the body stay as they were.
 * @param model as clients of this gateway name it
 * @throws GatewayError cannot_send_again where the log does not hold the whole of it
 */
export const prepareAgain = async (detail: ExchangeDetail, model: string): Promise<PreparedAgain> => {
  const { record } = detail;
  const path = pathOf(record);
  const bytes = await readWhole(detail);
  const members = scanMembers(bytes);
  if (!members) throw cannot('its body is not a JSON object.');
  const previous = members.get('previous_response_id');
  if (readString(bytes, previous) !== undefined) {
    throw cannot('it continues an earlier response, so its body holds only what was new.');
  }
  if (isFalse(bytes, members.get('generate'))) throw cannot('it asked for no answer.');
  const { edits, leftOut } = leaveOutTools(bytes);
  const pieces = replaceMembers(
    bytes,
    new Map([
      ...edits,
      ...(record.transport === 'websocket' ? asRequest : []),
      ['model', { kind: 'set', value: [Buffer.from(JSON.stringify(model))] }],
    ]),
  );
  if (!pieces) throw cannot('its body is not a JSON object.');
  return {
    path,
    headers: headersOf(detail.requestHeaders),
    body: Buffer.concat(pieces),
    leftOut,
    model: readString(bytes, members.get('model')),
  };
};
