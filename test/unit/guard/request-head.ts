import { GatewayError } from '../../../src/base/errors.ts';
import type { RequestHead } from '../../../src/guard/request-head.ts';

/** The head of a harmless request over HTTP, apart from what a test says of it. */
export const headWith = (parts: Partial<RequestHead> = {}): RequestHead => ({
  surface: 'model',
  transport: 'http',
  method: 'POST',
  target: '/v1/responses',
  httpVersion: '1.1',
  headers: {},
  rawHeaders: ['Host', 'localhost'],
  peer: { address: '127.0.0.1', localPort: 8080 },
  ...parts,
});

/** @returns the code of the refusal that is thrown; undefined where nothing is. @throws any other error */
export const codeOf = (run: () => unknown): string | undefined => refusalOf(run)?.code;

/** The same, with all that the client is told. */
export const refusalOf = (run: () => unknown): GatewayError | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
};
