/** An answer as it came over a raw connection. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; the last of several lines wins. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** False where it ended before the end that its head promises. */
  readonly whole: boolean;
}

interface Body {
  readonly body: Buffer;
  readonly whole: boolean;
  /** What follows. */
  readonly next: number;
}

const readChunked = (bytes: Buffer, start: number): Body => {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const from = lineEnd + 2;
    if (Number.isNaN(size) || from + size + 2 > bytes.length) {
      if (lineEnd >= 0) parts.push(bytes.subarray(from));
      return { body: Buffer.concat(parts), whole: false, next: bytes.length };
    }
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
    if (size === 0) return { body: Buffer.concat(parts), whole: true, next: at };
  }
};

const readBody = (
  bytes: Buffer,
  start: number,
  status: number,
  headers: Readonly<Record<string, string>>,
): Body => {
  if (status === 204 || status === 304) return { body: Buffer.alloc(0), whole: true, next: start };
  if (/chunked/i.test(headers['transfer-encoding'] ?? '')) return readChunked(bytes, start);
  const length = headers['content-length'];
  const end = length === undefined ? bytes.length : start + Number(length);
  const body = bytes.subarray(start, end);
  return { body, whole: end <= bytes.length, next: Math.min(end, bytes.length) };
};

/** Reads all answers of a connection that is over; interim ones (1xx) are left out. */
export const parseAnswers = (bytes: Buffer): RawAnswer[] => {
  const answers: RawAnswer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd < 0) throw new Error(`no head: ${bytes.toString('latin1', at, at + 80)}`);
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
    const pairs = lines.map((line) => /^([^:]+): *(.*)$/.exec(line)?.slice(1) ?? ['', '']);
    const headers = Object.fromEntries(pairs.map(([name = '', value = '']) => [name.toLowerCase(), value]));
    at = headEnd + 4;
    if (status < 200) continue;
    const { body, whole, next } = readBody(bytes, at, status, headers);
    answers.push({ status, headers, body, whole });
    at = next;
  }
  return answers;
};
