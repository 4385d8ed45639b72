import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** What `createServer` makes requests and responses from. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase().includes('websocket') ?? false;

/**
 * Express gives every request and response another prototype when it gets them, and so takes from the
 * engine what it has learned of them: a quarter of the processor time of a request. Made from these classes
 * they have that prototype from the start, and it stays.
 */
export const createMessageClasses = (app: Express): MessageClasses => {
  class GatewayRequest extends IncomingMessage {
    /** Node writes `upgrade` in its constructor, before fields of this class could be. */
    declare asksForUpgrade: boolean;

    /**
     * An upgrade to anything but WebSocket is passed over, as a server may: Java's own client offers HTTP/2
     * so with every request, and goes on in HTTP/1.1. Node asks its parser's request whether it is an
     * upgrade, and knows no other place to say no until its version 24.9.
     * @see RFC 9110 §7.8
     */
    get upgrade(): boolean {
      return this.asksForUpgrade && (this.method === 'CONNECT' || asksForWebSocket(this));
    }

    set upgrade(asked: boolean) {
      this.asksForUpgrade = asked;
    }
  }
  class GatewayResponse<Req extends IncomingMessage = IncomingMessage> extends ServerResponse<Req> {}
  Object.setPrototypeOf(GatewayRequest.prototype, app.request);
  Object.setPrototypeOf(GatewayResponse.prototype, app.response);
  app.request = GatewayRequest.prototype as IncomingMessage as Request;
  app.response = GatewayResponse.prototype as Response;
  return { IncomingMessage: GatewayRequest, ServerResponse: GatewayResponse };
};
