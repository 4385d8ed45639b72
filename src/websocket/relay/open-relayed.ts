import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../../log/exchange.ts';
import type { CreateFrame } from '../client/read-client-frame.ts';
import { noteHeaders } from '../note-headers.ts';
import { openRefused, openTurn } from '../open-turn.ts';
import type { ConnectionContext } from '../session.ts';

const noteUpstream = ({ record }: Exchange, { upgrade: { upstream } }: ConnectionContext): void => {
  record.provider = upstream.name;
  record.upstream = upstream.baseUrl.host;
};

/** The exchange of a request that is passed on as it came. @param response upon which the upstream's connection opened */
export const openRelayed = (
  context: ConnectionContext,
  frame: CreateFrame,
  response: IncomingMessage,
): Exchange => {
  const exchange = openTurn(context, frame);
  exchange.record.request.bodyBytes = frame.bytes.length;
  noteUpstream(exchange, context);
  noteHeaders(exchange, response, context.clock.now());
  exchange.keepRequestBody(frame.bytes, 'identity');
  return exchange;
};

/** The exchange of a message that is passed on for the upstream to refuse. */
export const openUnreadable = (context: ConnectionContext, bytes: Buffer): Exchange => {
  const exchange = openRefused(context, bytes);
  noteUpstream(exchange, context);
  exchange.commit();
  return exchange;
};
