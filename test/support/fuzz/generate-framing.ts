import type { Random } from '../dashboard/random.ts';

const EOLS = ['\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n', '\u000b\r\n', '\0\r\n'];
const LENGTH_NAMES = [
  'Content-Length',
  'content-length',
  'CONTENT-LENGTH',
  'Content-Length ',
  ' Content-Length',
  'Content-Length\t',
  'Content_Length',
  'Content-Length\0',
  'Content-Length\r',
  'X: y\r\n Content-Length',
];
const CODING_NAMES = [
  'Transfer-Encoding',
  'transfer-encoding',
  'TRANSFER-ENCODING',
  'Transfer-Encoding ',
  ' Transfer-Encoding',
  '\tTransfer-Encoding',
  'Transfer_Encoding',
  'Transfer-Encoding\u000b',
  'X: y\nTransfer-Encoding',
  'X: y\rTransfer-Encoding',
  'TE',
];
const CODINGS = [
  'chunked',
  'chunked',
  'Chunked',
  'chunked ',
  '\tchunked',
  '\u000bchunked',
  'identity',
  'chunked, identity',
  'identity, chunked',
  'gzip, chunked',
  'chunked, chunked',
  'chunked,',
  ',chunked',
  'xchunked',
  'chunked;a=b',
  '"chunked"',
  'chun\r\n ked',
  'chunked\0',
  'x\r\nTransfer-Encoding: chunked',
];
const lengthsOf = (length: number): string[] => [
  `${length}`,
  `${length}`,
  `+${length}`,
  `-${length}`,
  `${length} `,
  `\t${length}`,
  `0${length}`,
  `000000000000000000000${length}`,
  `0x${length.toString(16)}`,
  `${length}, ${length}`,
  `${length}, 0`,
  `${length};`,
  `${length}.0`,
  `${length}e0`,
  `${length}\u000b`,
  `\r\n ${length}`,
  '',
  '0',
  `${length - 1}`,
  `${length + 1}`,
  '18446744073709551617',
  '99999999999999999999999',
];

const chunkHeads = (size: number): string[] => {
  const hex = size.toString(16);
  return [
    `${hex}\r\n`,
    `${hex}\r\n`,
    `${hex};a=b\r\n`,
    `${hex};a="\r\n"\r\n`,
    `${hex};\n`,
    `${hex}\n`,
    `${hex} \r\n`,
    ` ${hex}\r\n`,
    `0${hex}\r\n`,
    `0x${hex}\r\n`,
    `+${hex}\r\n`,
    `-${hex}\r\n`,
    `${hex}\r\r\n`,
    `${hex}_0\r\n`,
    `${hex}g\r\n`,
    `1000000000000000${hex}\r\n`,
    `${hex};${'x'.repeat(300)}\r\n`,
    '\r\n',
  ];
};

const ENDS = [
  '0\r\n\r\n',
  '0\r\n\r\n',
  '0\r\n\r\n',
  '00\r\n\r\n',
  '0\n\n',
  '0\r\n',
  '0;x\r\n\r\n',
  '0\r\nx: y\r\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
  '0\r\nTransfer-Encoding: chunked\r\n\r\n',
  '0\r\nAuthorization: Bearer x\r\n\r\n',
  '0\r\n \r\n\r\n',
  '',
];

const chunk = (random: Random, body: string): string => {
  const cut = random.between(0, body.length);
  const pieces = random.chance(0.5) ? [body] : [body.slice(0, cut), body.slice(cut)].filter(Boolean);
  const isWrong = random.chance(0.4);
  const parts = pieces.map((piece) => {
    const head = isWrong ? random.pick(chunkHeads(piece.length)) : `${piece.length.toString(16)}\r\n`;
    return `${head}${piece}${isWrong ? random.pick(['\r\n', '\r\n', '\n', '', 'xx']) : '\r\n'}`;
  });
  return parts.join('') + random.pick(ENDS);
};

/** Paths of each way through the gateway, and how their bodies go: read whole, or streamed through. */
const TARGETS: readonly (readonly [path: string, type: string])[] = [
  ['/v1/responses', 'application/json'],
  ['/v1/chat/completions', 'application/json'],
  ['/v1/files', 'multipart/form-data; boundary=x'],
  ['/v1/embeddings', 'text/plain'],
  ['/p/openai/v1/responses', 'application/json'],
  ['/p/openai/v1/audio', 'application/octet-stream'],
];

/** A request line and header lines that no doubt is about. */
const plainRequest = (name: string, body: string): string =>
  `POST /v1/responses?case=${name} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const hostileRequest = (random: Random, name: string): string => {
  const hidden = plainRequest(`${name}-hidden`, '{"hidden":true}');
  const body = random.pick([`{"case":"${name}"}`, `{"case":"${name}"}`, '', hidden, `0\r\n\r\n${hidden}`]);
  const [path, type] = random.pick(TARGETS);
  const method = random.pick([
    'POST',
    'POST',
    'POST',
    'PUT',
    'GET',
    'DELETE',
    'PATCH',
    'HEAD',
    'OPTIONS',
    'post',
  ]);
  const version = random.chance(0.9)
    ? 'HTTP/1.1'
    : random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'http/1.1', 'HTTP/1.1 ']);
  const isChunked = random.chance(0.5);
  const framing: string[] = [];
  if (!isChunked || random.chance(0.3)) {
    const isRight = random.chance(0.4);
    framing.push(
      `${isRight ? 'Content-Length' : random.pick(LENGTH_NAMES)}: ${isRight ? body.length : random.pick(lengthsOf(body.length))}`,
    );
    if (random.chance(0.15)) framing.push(`Content-Length: ${random.pick(lengthsOf(body.length))}`);
  }
  if (isChunked) {
    const isRight = random.chance(0.4);
    framing.push(
      `${isRight ? 'Transfer-Encoding' : random.pick(CODING_NAMES)}:${random.pick([' ', '', '  '])}${isRight ? 'chunked' : random.pick(CODINGS)}`,
    );
    if (random.chance(0.1)) framing.push(`Transfer-Encoding: ${random.pick(CODINGS)}`);
  }
  if (random.chance(0.5)) framing.reverse();
  const lines = [
    `${method}${random.chance(0.95) ? ' ' : '\t'}${path}?case=${name} ${version}`,
    ...(random.chance(0.95)
      ? ['Host: localhost']
      : random.pick([[], ['Host: localhost', 'Host: evil.example']])),
    `Content-Type: ${type}`,
    ...framing,
    ...(random.chance(0.1)
      ? [
          random.pick([
            'Connection: content-length',
            'Connection: transfer-encoding, host',
            'Expect: 100-continue',
            'Expect: miracles',
            'Trailer: content-length',
            'Connection: upgrade\r\nUpgrade: h2c',
            'Connection: upgrade\r\nUpgrade: websocket',
          ]),
        ]
      : []),
  ];
  const head = lines.map((line) => line + (random.chance(0.97) ? '\r\n' : random.pick(EOLS))).join('');
  return `${head}\r\n${isChunked ? chunk(random, body) : body}`;
};

/**
 * The bytes of a connection: a few requests, most of them framed in a way that two readers could read
 * differently, with an honest one in between. Each carries a name of its own in its query.
 */
export const generateConnection = (random: Random, name: string): Buffer => {
  const requests = Array.from({ length: random.between(1, 3) }, (_, index) => {
    const own = `${name}-${index}`;
    return random.chance(0.85) ? hostileRequest(random, own) : plainRequest(own, `{"case":"${own}"}`);
  });
  const garbage = random.chance(0.15)
    ? random.pick(['\r\n', '\n', '\0', 'GARBAGE', '\r\n\r\n\r\n', '0\r\n\r\n'])
    : '';
  return Buffer.from(requests.join(garbage), 'latin1');
};

/** Ends whatever a connection waits for: headers, a chunk, or (as a body) nothing at all. */
export const LAST_WORDS = Buffer.from(
  '\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
);
