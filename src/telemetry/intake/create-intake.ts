import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { INERT_ANSWER } from '../../base/inert-answer.ts';
import { decodeBody } from '../../coding/decode-body.ts';
import { parseContentCodings } from '../../coding/parse-content-codings.ts';
import type { TelemetrySignal } from '../../config/telemetry.ts';
import type { Caller } from '../../guard/caller.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import { peerOf } from '../../guard/peer-of.ts';
import type { ClientEventLog } from '../../log/events/client-event.ts';
import type { PassTelemetry } from '../create-telemetry.ts';
import { readBoundedBody } from './read-bounded-body.ts';
import { readEvents } from './read-events.ts';
import { emptyAnswer, readExport, requireContentType } from './read-export.ts';

export interface IntakeDeps {
  readonly checkKey: CheckKey;
  readonly events: Pick<ClientEventLog, 'add'>;
  /** The turn of an exchange that lies in a trace. */
  readonly turnOf: (traceId: string) => string | undefined;
  readonly redact: (text: string) => string;
  /** Absent where no collector is told anything. */
  readonly pass: PassTelemetry | undefined;
}

/** Decoded; Codex's metrics of a short run have 700 KB. */
const MAX_EXPORT_BYTES = 8 * 2 ** 20;
const MAX_AT_ONCE = 8;

/**
 * Takes in the telemetry of clients, as any receiver of OTLP does: what it says of tools is kept for the story of its
 * session, and all of it goes to the operator's collector as it came.
 * @throws GatewayError what the check of the key throws, method_not_allowed, overloaded, request_too_large, invalid_request
 */
export const createIntake = ({ checkKey, events, turnOf, redact, pass }: IntakeDeps) => {
  let running = 0;
  const take = async (
    signal: TelemetrySignal,
    { keyId }: Caller,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const { headers } = request;
    const type = requireContentType(headers['content-type']);
    const codings = parseContentCodings(headers['content-encoding']);
    const wire = await readBoundedBody(request, MAX_EXPORT_BYTES);
    const body = await decodeBody(wire, codings, { maxBytes: MAX_EXPORT_BYTES });
    const message = readExport(signal, type, body);
    if (signal === 'logs') {
      const found = readEvents(message, redact).map((event) => {
        const turnId = event.turnId ?? (event.traceId && turnOf(event.traceId));
        return { ...event, ...(turnId && { turnId }), ...(keyId !== undefined && { keyId }) };
      });
      events.add(found);
    }
    pass?.(signal, {
      body: wire,
      contentType: type,
      ...(codings.length > 0 && { contentEncoding: codings.join(', ') }),
    });
    const answer = emptyAnswer(type);
    response.writeHead(200, { ...INERT_ANSWER, 'content-type': type, 'content-length': answer.length });
    response.end(answer);
  };

  return async (
    signal: TelemetrySignal,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    if (request.method !== 'POST') {
      throw new GatewayError('method_not_allowed', `${request.method} is not answered here.`, {
        headers: { allow: 'POST' },
      });
    }
    // Before a byte is read of what somebody without a key sends.
    const caller = await checkKey({ headers: request.headers, peer: peerOf(request) });
    if (running >= MAX_AT_ONCE) {
      throw new GatewayError('overloaded', 'too much telemetry comes at once. Send it again later.', {
        headers: { 'retry-after': '1' },
      });
    }
    running++;
    try {
      await take(signal, caller, request, response);
    } finally {
      running--;
    }
  };
};
