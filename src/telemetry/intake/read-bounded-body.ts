import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../base/errors.ts';

const READ_WITHIN_MS = 30_000;

/**
 * @param maxBytes of the body as it comes
 * @throws GatewayError request_too_large, request_timeout, invalid_request where the client breaks off
 */
export const readBoundedBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (error?: GatewayError): void => {
      clearTimeout(timer);
      request.off('data', take);
      if (error) {
        // The answer is written while the rest of the body is thrown away.
        request.resume();
        reject(error);
      } else resolve(Buffer.concat(chunks));
    };
    const timer = setTimeout(
      () => stop(new GatewayError('request_timeout', 'the body did not come within 30 s.')),
      READ_WITHIN_MS,
    );
    timer.unref();
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxBytes) {
        stop(
          new GatewayError('request_too_large', `telemetry has at most ${maxBytes} bytes in one request.`),
        );
      }
    };
    request.on('data', take);
    request.once('end', () => stop());
    const broken = (): void => stop(new GatewayError('invalid_request', 'the body was cut off.'));
    request.once('error', broken);
    request.once('close', broken);
  });
