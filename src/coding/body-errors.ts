import { GatewayError } from '../base/errors.ts';

/** One coding of a body on its way to being undone. */
export interface Layer {
  /** The name that messages give it: `zstd body`, or `gzip body (inside zstd)`. */
  readonly name: string;
  /** The most bytes that undoing it may yield. */
  readonly maxBytes: number;
}

/** A number of bytes, exact, for messages: `15,770 bytes`. */
export const countBytes = (bytes: number): string =>
  bytes === 1 ? '1 byte' : `${bytes.toLocaleString('en-US')} bytes`;

const undecodable = (message: string, cause: unknown): GatewayError =>
  new GatewayError('invalid_content_encoding', message, { cause, param: 'content-encoding' });

/** @param detail what is missing, such as `15,770 bytes hold no complete frame` */
export const endsEarly = (layer: Layer, detail: string, cause?: unknown): GatewayError =>
  undecodable(`${layer.name} ends early: ${detail}; send all of it`, cause);

/** @param detail what is wrong, such as `block 3 has the reserved type` */
export const isCorrupt = (layer: Layer, detail: string, cause?: unknown): GatewayError =>
  undecodable(`${layer.name} cannot be decoded: ${detail}; send it again or without Content-Encoding`, cause);

/** @param detail how large the body is, such as `it decodes to 4,096 bytes` */
export const isTooLarge = (layer: Layer, detail: string): GatewayError =>
  new GatewayError(
    'request_too_large',
    `${layer.name} is too large: ${detail}, and the limit is ${countBytes(layer.maxBytes)}; ` +
      'send less, or start the gateway with a higher BODY_SIZE_LIMIT',
  );
