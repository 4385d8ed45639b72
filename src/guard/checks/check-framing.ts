import { GatewayError } from '../../base/errors.ts';
import type { RequestHead } from '../request-head.ts';

const countHosts = (rawHeaders: readonly string[]): number => {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
};

/** Where a body ends is in doubt, and so where the next request begins: none is read. */
const doubtful = (message: string): GatewayError =>
  new GatewayError('invalid_request', message, { headers: { connection: 'close' } });

/**
 * Refuses what Node's parser takes and another server could read differently: which host is meant, or where
 * a body ends.
 * @throws GatewayError invalid_request
 * @see RFC 9112 §3.2 (Host), §6.1 (Transfer-Encoding)
 */
export const checkFraming = ({ httpVersion, headers, rawHeaders }: RequestHead): void => {
  const hosts = countHosts(rawHeaders);
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    throw doubtful(`the request has ${hosts === 0 ? 'no' : hosts} Host lines; HTTP/1.1 wants one.`);
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && httpVersion !== '1.1') {
    throw doubtful(`HTTP/${httpVersion} knows no Transfer-Encoding: send a Content-Length, or HTTP/1.1.`);
  }
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw doubtful(`a body may come in chunks, and in no other Transfer-Encoding (${coding.slice(0, 50)}).`);
  }
};
