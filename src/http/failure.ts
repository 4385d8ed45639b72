import type { ErrorRequestHandler, Request, Response } from 'express';
import { toGatewayError } from '../base/to-gateway-error.ts';
import { createErrorAnswer } from '../guard/error-answer.ts';
import { audienceOf } from '../guard/speaks-as.ts';
import { type BodyState, endRefused } from './end-refused.ts';

/**
 * Answers a request that failed before anything of an answer was sent, and notes why in its record.
 * @param rest of the request's body
 */
export const refuse = (
  request: Request,
  response: Response,
  thrown: unknown,
  rest: BodyState = 'readable',
): void => {
  const error = toGatewayError(thrown);
  const { exchange } = request.context;
  const { record } = exchange;
  record.error ??= { origin: error.origin, code: error.code, message: error.message };
  if (response.headersSent) {
    record.response.finish = 'truncated';
    response.destroy();
    return;
  }
  const audience = audienceOf(request.method, request.originalUrl, request.headers);
  const answer = createErrorAnswer(error, exchange.id, audience);
  record.status = answer.status;
  record.response.finish = 'failed';
  record.response.bytes = Buffer.byteLength(answer.body);
  exchange.appendResponseBody(Buffer.from(answer.body));
  exchange.keepResponseHeaders(Object.entries(answer.headers).flat());
  endRefused(request, response, answer, rest);
  // The client has its answer, though the connection may wait for the rest of the body.
  exchange.close();
};

/** The last middleware of the model routes. */
export const failure = (): ErrorRequestHandler => (error, request, response, _next) => {
  refuse(request, response, error);
};
