import http from 'node:http';
import https from 'node:https';

export interface KeysRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface KeysAnswer {
  readonly status: number;
  readonly text: string;
}

export interface AskDeps {
  /** For `https` alone: what is asked without it is on this machine or its own link, and passes no proxy. */
  readonly agent: http.Agent | undefined;
  readonly signal: AbortSignal;
}

/** Keys with their token take 2 KB. */
const MAX_BYTES = 64 * 1024;

/**
 * Asks once. Redirects are not followed: what is sent may be a token.
 * @throws what node:http has, and RangeError where the answer is longer than 64 KB
 */
export const askForKeys = (
  { url, method = 'GET', headers = {}, body }: KeysRequest,
  { agent, signal }: AskDeps,
): Promise<KeysAnswer> =>
  new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const { request: open } = isSecure ? https : http;
    const request = open(url, {
      method,
      signal,
      agent: isSecure && agent ? agent : false,
      headers: {
        'user-agent': 'gomodel-ts',
        'accept-encoding': 'identity',
        ...headers,
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
    });
    request.on('error', reject);
    request.once('response', (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BYTES)
          answer.destroy(new RangeError(`the answer is longer than ${MAX_BYTES} bytes`));
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
      answer.once('close', () => {
        if (!answer.complete) reject(new Error('the answer was cut off'));
      });
    });
    request.end(body);
  });
