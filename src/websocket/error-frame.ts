import { type GatewayError, isPermanent } from '../base/errors.ts';
import { codexLimit, staysRefused } from '../guard/error-answer.ts';

/**
 * What is permanent is a 400, which Codex does not ask again after: of other statuses it does, over HTTP. With
 * status 500 Codex shows a sentence of its own instead of the message; what the gateway itself got
 * wrong is told as a bad gateway then.
 */
const shownStatus = (error: GatewayError): number => {
  if (isPermanent(error.code)) return 400;
  return error.status === 500 ? 502 : error.status;
};

export interface ErrorFrameInput {
  readonly status: number;
  /** The `error` object, as JSON. */
  readonly error: string;
  /** What HTTP would say in header fields; Codex reads quotas, request id and retry delay from here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly streamId?: string | undefined;
}

/**
 * A failure as a frame of its own. Without `status` or without the `error` object, Codex would wait for
 * more until its idle limit.
 */
export const createErrorFrame = ({ status, error, headers, streamId }: ErrorFrameInput): Buffer => {
  const lane = streamId === undefined ? '' : `"stream_id":${JSON.stringify(streamId)},`;
  return Buffer.from(
    `{"type":"error",${lane}"status":${status},"error":${error},"headers":${JSON.stringify(headers)}}`,
  );
};

/** A failure of the gateway's own. @param requestId under which the log finds the exchange */
export const createGatewayErrorFrame = (
  error: GatewayError,
  requestId: string,
  streamId?: string | undefined,
): Buffer => {
  const limit = staysRefused(error) ? codexLimit(error) : undefined;
  const told = limit?.error ?? {
    type: error.type,
    code: error.code,
    message: `gomodel-ts: ${error.message}`,
    param: error.param,
  };
  return createErrorFrame({
    status: shownStatus(error),
    error: JSON.stringify(told),
    headers: { 'x-request-id': requestId, 'x-gomodel-error-origin': error.origin, ...limit?.headers },
    streamId,
  });
};
