import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A request as it lay on the wire, read by the letter of RFC 9112 and nothing else. */
export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  /** Names as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly sha256: string;
}

export interface StrictUpstream {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly StrictRequest[];
  /** What no careful sender would send, one sentence each. */
  readonly violations: readonly string[];
  /** All bytes that ever came. */
  bytes(): Buffer;
  close(): Promise<void>;
}

const HEAD_END = '\r\n\r\n';
const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.1$/;
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;

type Step = { readonly request: StrictRequest; readonly rest: Buffer } | 'more' | { readonly wrong: string };

const readChunked = (bytes: Buffer): { body: Buffer; rest: Buffer } | 'more' | { wrong: string } => {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return 'more';
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) return { wrong: `a chunk begins with ${JSON.stringify(line)}` };
    const size = Number.parseInt(line, 16);
    at = lineEnd + 2;
    if (bytes.length < at + size + 2) return 'more';
    if (bytes.toString('latin1', at + size, at + size + 2) !== '\r\n') return { wrong: 'a chunk has no end' };
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
    if (size === 0) return { body: Buffer.concat(parts), rest: bytes.subarray(at) };
  }
};

/** Reads one request from the beginning of the bytes, or says what is wrong with them. */
const readRequest = (bytes: Buffer): Step => {
  const end = bytes.indexOf(HEAD_END);
  if (end === -1) return 'more';
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [, method, target] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined)
    return { wrong: `a request line: ${JSON.stringify(first)}` };
  const headers: (readonly [string, string])[] = [];
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return { wrong: `a header line: ${JSON.stringify(line)}` };
    headers.push([name, value]);
  }
  const all = (wanted: string): string[] =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const lengths = all('content-length');
  const codings = all('transfer-encoding');
  if (all('host').length !== 1) return { wrong: `${all('host').length} host lines` };
  if (lengths.length + codings.length > 1) return { wrong: `framed twice: ${[...lengths, ...codings]}` };
  const finish = (body: Buffer, rest: Buffer): Step => ({
    request: { method, target, headers, body, sha256: createHash('sha256').update(body).digest('hex') },
    rest,
  });
  const behind = bytes.subarray(end + HEAD_END.length);
  if (codings[0] !== undefined) {
    if (codings[0] !== 'chunked') return { wrong: `transfer-encoding ${codings[0]}` };
    const read = readChunked(behind);
    return read === 'more' || 'wrong' in read ? read : finish(read.body, read.rest);
  }
  const [length = '0'] = lengths;
  if (!/^\d+$/.test(length)) return { wrong: `content-length ${length}` };
  if (behind.length < Number(length)) return 'more';
  return finish(behind.subarray(0, Number(length)), behind.subarray(Number(length)));
};

/** What every request is answered: what was seen of it. */
const answerTo = ({ method, target, sha256 }: StrictRequest): string => {
  const body = JSON.stringify({
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [],
    target,
    sha256,
  });
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return method === 'HEAD' ? head : head + body;
};

/**
 * An upstream below HTTP libraries: it takes only what any server must understand in the same way, keeps
 * connections open as real ones do, and answers with what it saw.
 */
export const startStrictUpstream = async (
  answer: (request: StrictRequest) => string = answerTo,
): Promise<StrictUpstream> => {
  const requests: StrictRequest[] = [];
  const violations: string[] = [];
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let pending: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      pending = Buffer.concat([pending, chunk]);
      while (pending.length > 0) {
        const step = readRequest(pending);
        if (step === 'more') return;
        if ('wrong' in step) {
          violations.push(step.wrong);
          socket.destroy();
          return;
        }
        pending = step.rest;
        requests.push(step.request);
        // The gateway sends the next one when this is answered: what is behind it was smuggled.
        if (pending.length > 0) violations.push(`behind a request: ${pending.toString('latin1', 0, 80)}`);
        socket.write(answer(step.request));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    violations,
    bytes: () => Buffer.concat(received),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
