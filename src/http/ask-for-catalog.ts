import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { isObject, parseJson } from '../base/json-object.ts';
import type { CatalogModel } from '../codex/catalog/load-catalog.ts';
import type { UpstreamClient } from '../forward/send/create-upstream-client.ts';
import { createUpstreamHeaders } from '../forward/send/upstream-headers.ts';

/** Codex's catalog has 745 KB in 0.169.0. */
const MAX_BYTES = 32 * 2 ** 20;

const isEntry = (value: unknown): value is CatalogModel => isObject(value) && typeof value.slug === 'string';

/** @returns undefined if the bytes are no catalog: Google lists its models under the same name */
export const parseCatalog = (body: Buffer): readonly CatalogModel[] | undefined => {
  const answer = parseJson(body.toString('utf8'));
  if (!isObject(answer) || !Array.isArray(answer.models)) return undefined;
  const models: readonly unknown[] = answer.models;
  return models.every(isEntry) ? models : undefined;
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

export interface UpstreamCatalog {
  readonly message: IncomingMessage;
  readonly body: Buffer;
  /** Absent where the client's own copy of it still holds (304). */
  readonly models?: readonly CatalogModel[];
}

export interface CatalogAsker {
  readonly client: UpstreamClient;
  readonly via: string;
  /** The answer will be another one: the client's `If-None-Match` says nothing about the upstream's. */
  readonly isExtended: boolean;
}

/**
 * The upstream's answer where it is a catalog, or says that the client's own copy of one still holds.
 * @throws GatewayError upstream_redirected
 */
export const askForCatalog = (
  request: Request,
  response: Response,
  { client: { upstream, send }, via, isExtended }: CatalogAsker,
): Promise<UpstreamCatalog | undefined> =>
  new Promise((resolve, reject) => {
    const { 'if-none-match': known, ...others } = request.headers;
    const headers = createUpstreamHeaders({
      headers: isExtended || known === undefined ? others : request.headers,
      host: upstream.baseUrl.host,
      credential: upstream.credential,
      added: upstream.headers,
      bodyBytes: undefined,
      via,
    });
    const path = upstream.toPath?.(request.context.upstreamPath, undefined) ?? request.context.upstreamPath;
    const cancel = send(
      { method: 'GET', path, headers, body: Buffer.alloc(0) },
      {
        onAnswer: (message) => {
          readWhole(message)
            .then((body) => {
              if (!body) return resolve(undefined);
              if (message.statusCode === 304) return resolve({ message, body });
              const models = message.statusCode === 200 ? parseCatalog(body) : undefined;
              resolve(models && { message, body, models });
            })
            .catch(reject);
        },
        // The next request for a model would fail as well; what is away for a while has a saved catalog.
        onFailure: (error) => (error.code === 'upstream_redirected' ? reject(error) : resolve(undefined)),
      },
    );
    response.once('close', cancel);
  });
