import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { sessionOf } from '../../base/session-headers.ts';
import type { ByteRange } from '../../json/scan-members.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { type Api, apiOfPath } from '../../sse/answer-summary.ts';
import type { TokenCount, TranslateInput, Translation } from '../../translate/translation.ts';
import type { Destination } from '../route/destination.ts';
import type { SentRequest } from './create-sender.ts';
import { editBody } from './edit-body.ts';
import { createUpstreamHeaders } from './upstream-headers.ts';

/** A request with its body, before its destination is known. */
export interface AskedRequest {
  readonly method: string;
  /** Below `/v1`, with the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As the client wrote it; undefined if it named none. */
  readonly model: string | undefined;
  /** Decoded. */
  readonly body: Buffer;
  /** Of the body, where they have been found already. */
  readonly members: ReadonlyMap<string, ByteRange> | undefined;
}

/** What is sent upstream, and how the answer is translated back. */
interface PreparedRequest {
  readonly request: SentRequest;
  /** Absent if the destination speaks the client's API. */
  readonly translation?: Translation;
}

type IntoInput = Omit<TranslateInput, 'spec' | 'facts' | 'account'>;

/** Puts a request in the API of an upstream. @throws GatewayError as Translate does */
export type TranslateInto = (input: IntoInput, upstream: Upstream) => Translation;

/** How an upstream is asked for the tokens of a request. @throws GatewayError as CountTokens does */
export type CountInto = (input: IntoInput, upstream: Upstream) => TokenCount;

/**
 * Takes out of a request what only translated models can be told.
 * @throws GatewayError memory_unreadable
 */
export type Unseal = (body: Buffer, api: Api | undefined) => Buffer;

export interface PrepareDeps {
  readonly translateInto: TranslateInto;
  readonly unseal: Unseal;
  /** This process as `Via` names it. */
  readonly via: string;
}

/** @throws GatewayError invalid_request where the destination cannot be asked that */
export type Prepare = (asked: AskedRequest, destination: Destination) => PreparedRequest;

/** Whether a request must be translated for an upstream; otherwise it is relayed unchanged. */
export const isTranslated = (path: string, { native, dialect }: Upstream): boolean => {
  const api = apiOfPath(path);
  // Google's API is asked for by the name of a provider alone, and never put into another.
  return api !== undefined && api !== 'gemini' && dialect !== undefined && !native.includes(api);
};

/** The path and body that are sent to a destination that speaks the client's API. */
export const nativeRequest = (
  { path, body, members, model }: Pick<AskedRequest, 'path' | 'body' | 'members' | 'model'>,
  { upstream, ...wanted }: Destination,
): { path: string; body: Buffer } => {
  const edits = { model: wanted.model === model ? undefined : wanted.model, effort: wanted.effort };
  return {
    path: upstream.toPath?.(path, wanted.model) ?? path,
    body: editBody(body, members, apiOfPath(path), edits),
  };
};

/** The header lines of a request that was translated. */
export const translatedHeaders = (
  { headers }: Pick<AskedRequest, 'headers'>,
  { baseUrl, credential, headers: own }: Upstream,
  translation: Pick<Translation, 'headers' | 'body'>,
  via: string,
): OutgoingHttpHeaders => ({
  // What else the client says of itself is meant for another provider.
  ...(headers['user-agent'] && { 'user-agent': headers['user-agent'] }),
  accept: '*/*',
  'accept-encoding': 'identity',
  'content-type': 'application/json',
  ...translation.headers,
  ...own,
  host: baseUrl.host,
  via: headers.via ? `${headers.via}, ${via}` : via,
  'content-length': translation.body.length,
  ...(credential?.kind === 'own' && { [credential.header]: credential.value }),
});

/** What a client of Anthropic's API asks for beyond its stable form. */
export const betasOf = ({ headers }: Pick<AskedRequest, 'headers'>): readonly string[] =>
  String(headers['anthropic-beta'] ?? '')
    .split(',')
    .map((beta) => beta.trim())
    .filter((beta) => beta !== '');

export const createPrepare = ({ translateInto, unseal, via }: PrepareDeps): Prepare => {
  const translated = (asked: AskedRequest, destination: Destination): PreparedRequest => {
    const { upstream } = destination;
    const api = apiOfPath(asked.path);
    const model = destination.model;
    if (api === undefined || api === 'gemini' || model === undefined) {
      throw new GatewayError(
        'invalid_request',
        `the request names no model, and ${upstream.name} must be told one.`,
        { param: 'model' },
      );
    }
    const { effort } = destination;
    const body = editBody(asked.body, asked.members, api, { model: undefined, effort });
    const anthropic = api === 'messages' && { betas: betasOf(asked), effort };
    const session = sessionOf(asked.headers);
    const translation = translateInto(
      { api, path: asked.path, body, model, session, ...anthropic },
      upstream,
    );
    const request = {
      method: asked.method,
      path: upstream.toPath?.(translation.path, model) ?? translation.path,
      headers: translatedHeaders(asked, upstream, translation, via),
      body: translation.body,
    };
    return { request, translation };
  };

  return (asked, destination) => {
    const { upstream } = destination;
    if (isTranslated(asked.path, upstream)) return translated(asked, destination);
    const { path, body: edited } = nativeRequest(asked, destination);
    const body = unseal(edited, apiOfPath(asked.path));
    const headers = createUpstreamHeaders({
      headers: asked.headers,
      host: upstream.baseUrl.host,
      credential: upstream.credential,
      added: upstream.headers,
      bodyBytes: body.length,
      via,
    });
    return { request: { method: asked.method, path, headers, body } };
  };
};
