import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** What `createServer` makes requests and responses from. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * Express gives every request and response another prototype when it gets them, and so takes from the
 * engine what it has learned of them: a quarter of the processor time of a request. Made from these classes
 * they have that prototype from the start, and nothing is changed.
 */
export const createMessageClasses = (app: Express): MessageClasses => {
  class GatewayRequest extends IncomingMessage {}
  class GatewayResponse<Req extends IncomingMessage = IncomingMessage> extends ServerResponse<Req> {}
  Object.setPrototypeOf(GatewayRequest.prototype, app.request);
  Object.setPrototypeOf(GatewayResponse.prototype, app.response);
  app.request = GatewayRequest.prototype as Request;
  app.response = GatewayResponse.prototype as Response;
  return { IncomingMessage: GatewayRequest, ServerResponse: GatewayResponse };
};
