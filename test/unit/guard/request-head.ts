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

/** @returns the code of what is thrown; undefined where nothing is */
export const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};
