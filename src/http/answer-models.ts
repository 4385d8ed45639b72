import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { createClientHeaders } from '../forward/client-headers.ts';
import type { Way } from '../forward/create-way.ts';
import { createUpstreamHeaders } from '../forward/upstream-headers.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import type { Upstream } from '../providers/upstream.ts';
import { isObject, parseJson } from '../sse/json-object.ts';

export interface AnswerModelsDeps {
  readonly chooseUpstream: ChooseUpstream;
  readonly wayTo: (upstream: Upstream) => Way;
  /** The catalog that `init-codex --catalog` saved, as JSON; undefined where there is none. */
  readonly loadCatalog: () => Promise<Buffer | undefined>;
  readonly via: string;
}

/** Codex's catalog has 745 KB in 0.169.0. */
const MAX_BYTES = 32 * 2 ** 20;

/** Codex keeps the models that it was built with beside these. */
const NO_MODELS = Buffer.from('{"models":[]}');

/** Codex asks for its own form of the list by its version; everyone else means OpenAI's. */
const asksForCatalog = (path: string): boolean => /^\/models\?(?:.*&)?client_version=/.test(path);

const isCatalog = (body: Buffer): boolean => {
  const answer = parseJson(body.toString('utf8'));
  return isObject(answer) && Array.isArray(answer.models);
};

const readWhole = async (message: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks, length);
};

interface UpstreamCatalog {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/** The upstream's answer where it is a catalog, or says that the client's own copy of one still holds. */
const askUpstream = (
  request: Request,
  response: Response,
  { upstream, send }: Way,
  via: string,
): Promise<UpstreamCatalog | undefined> =>
  new Promise((resolve) => {
    const headers = createUpstreamHeaders({
      headers: request.headers,
      host: upstream.baseUrl.host,
      credential: upstream.credential,
      added: upstream.headers,
      bodyBytes: undefined,
      via,
    });
    const sent = { method: 'GET', path: request.context.upstreamPath, headers, body: Buffer.alloc(0) };
    const cancel = send(sent, {
      onAnswer: (message) => {
        readWhole(message).then((body) => {
          const holds = message.statusCode === 304 || (message.statusCode === 200 && body && isCatalog(body));
          resolve(holds && body ? { message, body } : undefined);
        });
      },
      onFailure: () => resolve(undefined),
    });
    response.once('close', cancel);
  });

const matches = (header: string | undefined, tag: string): boolean =>
  header
    ?.split(',')
    .some((candidate) => candidate.trim().replace(/^W\//, '') === tag || candidate.trim() === '*') ?? false;

/**
 * Answers Codex's `GET models?client_version=…` in the catalog's form: the upstream's own where it
 * speaks that, else the one that `init-codex --catalog` saved, else an empty one, to which Codex adds the
 * models that it was built with. All other requests go on.
 */
export const answerModels =
  ({ chooseUpstream, wayTo, loadCatalog, via }: AnswerModelsDeps): RequestHandler =>
  async (request, response, next) => {
    const { exchange, upstreamPath } = request.context;
    if (request.method !== 'GET' || !asksForCatalog(upstreamPath)) {
      next();
      return;
    }
    const { record } = exchange;
    const upstream = chooseUpstream(request.headers);
    exchange.commit();
    const found = upstream.credential
      ? await askUpstream(request, response, wayTo(upstream), via)
      : undefined;
    if (response.destroyed) return;
    record.response.finish = 'completed';
    if (found) {
      record.provider = upstream.name;
      record.upstream = upstream.baseUrl.host;
      record.status = found.message.statusCode ?? 200;
      record.response.bytes = found.body.length;
      exchange.keepResponseHeaders(found.message.rawHeaders);
      response.writeHead(record.status, createClientHeaders(found.message, exchange.id, []));
      response.end(found.body);
      return;
    }
    const body = (await loadCatalog()) ?? NO_MODELS;
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    const isKnown = matches(request.headers['if-none-match'], etag);
    record.status = isKnown ? 304 : 200;
    record.response.bytes = isKnown ? 0 : body.length;
    response.writeHead(record.status, {
      'content-type': 'application/json',
      etag,
      'x-request-id': exchange.id,
    });
    response.end(isKnown ? undefined : body);
  };
