import http, { type IncomingMessage } from 'node:http';

export interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

interface Wish {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Called with what came first of the body. */
  readonly onData?: (text: string) => void;
}

/**
 * Asks over a connection of its own: of several processes behind one port, another one takes it each time.
 * @throws where the connection breaks before the answer's end
 */
export const askAnew = (
  url: string,
  { method = 'GET', headers = {}, body, onData }: Wish = {},
): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const request = http.request(url, {
      agent: false,
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
    request.once('error', reject).once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        onData?.(chunk);
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

const QUESTION = { model: 'gpt-test', stream: true, input: 'hello' };

/** A model request over a connection of its own. @param id the client's own, which the record has */
export const askModel = (v1: string, id: string, wish: Wish = {}): Promise<Asked> =>
  askAnew(`${v1}/responses`, {
    method: 'POST',
    body: QUESTION,
    ...wish,
    headers: { 'x-client-request-id': id, ...wish.headers },
  });
