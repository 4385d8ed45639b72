import http, { type Agent } from 'node:http';
import https from 'node:https';
import { GatewayError } from '../../base/errors.ts';
import type { Upstream } from '../upstream.ts';

/** Catalogs of several hundred models take half of that. */
const MAX_BYTES = 16 * 2 ** 20;

export interface ProviderRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, with the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface ProviderRequestDeps {
  /** The connections to the upstream, through a proxy where one is configured. */
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

/**
 * A request of the gateway's own to a provider, with the provider's credential, and its whole answer.
 * @throws GatewayError upstream_unreachable with the system's own reason
 */
export const requestProvider = async (
  { baseUrl, credential, headers }: Upstream,
  { method, path, headers: more, body }: ProviderRequest,
  { agent, signal }: ProviderRequestDeps,
): Promise<ProviderAnswer> => {
  const url = new URL(baseUrl.href.replace(/\/$/, '') + path);
  try {
    const signed =
      credential?.kind === 'signed'
        ? await credential.sign({ method, url, body: body ?? Buffer.alloc(0), agent })
        : {};
    return await new Promise<ProviderAnswer>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        agent,
        method,
        signal,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'gomodel-ts',
          ...more,
          ...(credential?.kind === 'own' && { [credential.header]: credential.value }),
          ...signed,
          ...headers,
          ...(body && { 'content-type': 'application/json', 'content-length': String(body.length) }),
        },
      });
      request.on('error', reject);
      request.once('response', (message) => {
        const chunks: Buffer[] = [];
        let length = 0;
        message.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_BYTES) message.destroy(new Error(`its answer is longer than ${MAX_BYTES} bytes`));
          chunks.push(chunk);
        });
        message.on('error', reject);
        message.once('end', () =>
          resolve({
            status: message.statusCode ?? 0,
            contentType: message.headers['content-type'] ?? '',
            body: Buffer.concat(chunks, length),
          }),
        );
      });
      request.end(body);
    });
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    const why = signal.aborted
      ? 'it did not answer in time'
      : cause instanceof Error
        ? cause.message
        : String(cause);
    throw new GatewayError('upstream_unreachable', `${url.host}: ${why}`, { cause });
  }
};
