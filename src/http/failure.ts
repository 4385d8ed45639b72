import type { ErrorRequestHandler, Request, Response } from 'express';
import { toGatewayError } from '../base/to-gateway-error.ts';
import { createErrorAnswer, speaksMessages } from '../guard/error-answer.ts';
import { endRefused } from './end-refused.ts';

/** Answers a request that failed before anything of an answer was sent, and notes why in its record. */
export const refuse = (request: Request, response: Response, thrown: unknown): void => {
  const error = toGatewayError(thrown);
  const { exchange } = request.context;
  const { record } = exchange;
  record.error ??= { origin: error.origin, code: error.code, message: error.message };
  if (response.headersSent) {
    record.response.finish = 'truncated';
    response.destroy();
    return;
  }
  record.status = error.status;
  record.response.finish = 'failed';
  const inMessages = speaksMessages(record.path, request.headers);
  const answer = createErrorAnswer(error, exchange.id, inMessages);
  record.response.bytes = Buffer.byteLength(answer.body);
  exchange.appendResponseBody(Buffer.from(answer.body));
  exchange.keepResponseHeaders(Object.entries(answer.headers).flat());
  endRefused(request, response, answer);
};

/** The last middleware of the model routes. */
export const failure = (): ErrorRequestHandler => (error, request, response, _next) => {
  refuse(request, response, error);
};
