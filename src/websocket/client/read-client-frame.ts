import { GatewayError } from '../../base/errors.ts';
import { type ByteRange, type MemberRange, readString, scanMembers } from '../../json/scan-members.ts';

/** A request for an answer, read as far as the gateway needs it. */
export interface CreateFrame {
  readonly kind: 'create';
  /** The whole message, unchanged. */
  readonly bytes: Buffer;
  readonly members: ReadonlyMap<string, MemberRange>;
  /** The lane in which it waits its turn; absent: the unnamed one. */
  readonly streamId: string | undefined;
  readonly previousResponseId: string | undefined;
  readonly model: string | undefined;
  /** `generate: false`: prepare the state, generate nothing. */
  readonly isWarmUp: boolean;
  /** What `client_metadata` says, in so far as it is text. */
  readonly metadata: ReadonlyMap<string, string>;
}

export type ClientFrame =
  | CreateFrame
  /** Codex ends a running answer so when its user has more to say, and keeps its finished items. */
  | { readonly kind: 'interrupt'; readonly responseId: string | undefined }
  | { readonly kind: 'cancel'; readonly responseId: string | undefined }
  /** The client confirms what it received; nothing to do. */
  | { readonly kind: 'processed' }
  | { readonly kind: 'steer'; readonly responseId: string | undefined }
  | { readonly kind: 'invalid'; readonly error: GatewayError };

const STREAM_ID = /^[A-Za-z0-9_.-]{1,256}$/;

const textOf = (bytes: Buffer, range: ByteRange | undefined): string =>
  range ? bytes.toString('latin1', range.start, range.end) : 'null';

const readMetadata = (bytes: Buffer, range: ByteRange | undefined): ReadonlyMap<string, string> => {
  const members = range && bytes[range.start] === 0x7b ? scanMembers(bytes, range) : undefined;
  const texts = new Map<string, string>();
  for (const [name, value] of members ?? []) {
    const text = readString(bytes, value);
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
};

const invalid = (error: GatewayError): ClientFrame => ({ kind: 'invalid', error });

const readCreate = (bytes: Buffer, members: ReadonlyMap<string, MemberRange>): ClientFrame => {
  const streamId = readString(bytes, members.get('stream_id'));
  const isNamed = textOf(bytes, members.get('stream_id')) !== 'null';
  if (isNamed && (streamId === undefined || !STREAM_ID.test(streamId))) {
    return invalid(
      new GatewayError(
        'invalid_stream_id',
        'stream_id must be 1 to 256 letters, digits, underscores, hyphens and periods.',
        { param: 'stream_id' },
      ),
    );
  }
  return {
    kind: 'create',
    bytes,
    members,
    streamId,
    previousResponseId: readString(bytes, members.get('previous_response_id')),
    model: readString(bytes, members.get('model')),
    isWarmUp: textOf(bytes, members.get('generate')) === 'false',
    metadata: readMetadata(bytes, members.get('client_metadata')),
  };
};

/**
 * Reads what a client asks for. Total: what it must not ask is of kind `invalid`.
 * @param bytes a whole text message
 * @see https://developers.openai.com/api/docs/guides/websocket-mode
 */
export const readClientFrame = (bytes: Buffer): ClientFrame => {
  const members = scanMembers(bytes);
  if (!members) {
    const message = `a WebSocket message of ${bytes.length} bytes is no JSON object. Nothing was sent to the upstream.`;
    return invalid(new GatewayError('invalid_json', message));
  }
  const type = readString(bytes, members.get('type'));
  const responseId = readString(bytes, members.get('response_id'));
  switch (type ?? '') {
    case 'response.create':
      return readCreate(bytes, members);
    case 'response.interrupt':
      return { kind: 'interrupt', responseId };
    case 'response.cancel':
      return { kind: 'cancel', responseId };
    case 'response.processed':
      return { kind: 'processed' };
    case 'response.steer':
      return { kind: 'steer', responseId: readString(bytes, members.get('previous_response_id')) };
    default: {
      const shown = type === undefined ? 'without a type' : `of type "${type.slice(0, 100)}"`;
      return invalid(
        new GatewayError('invalid_request', `a WebSocket message ${shown} is not served here.`, {
          param: 'type',
        }),
      );
    }
  }
};
