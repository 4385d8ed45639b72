import { openRaw, readToEnd } from '../gateway/send-raw.ts';

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  /** Whole header lines, in this order, beside `Connection: close` and what frames the body. */
  readonly lines?: readonly string[];
  readonly body?: Buffer | string;
}

/** Sends a request as it is written, as Latin-1, and reads the answer to the connection's end. */
export const sendRaw = async (
  port: number,
  { method = 'POST', target = '/v1/responses', lines = ['Host: localhost'], body = '{}' }: RawRequest,
): Promise<{ readonly status: number; readonly text: string }> => {
  const bytes = Buffer.from(body);
  const framing = bytes.length > 0 ? [`Content-Length: ${bytes.length}`] : [];
  const head = [`${method} ${target} HTTP/1.1`, ...lines, 'Connection: close', ...framing, '', ''].join(
    '\r\n',
  );
  const socket = await openRaw(port, Buffer.concat([Buffer.from(head, 'latin1'), bytes]));
  socket.on('error', () => {});
  const text = await readToEnd(socket);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
};
