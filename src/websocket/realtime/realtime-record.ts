import type { GatewayError } from '../../base/errors.ts';
import { applySummary } from '../../forward/relay/apply-summary.ts';
import { nameCaller } from '../../guard/name-caller.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { asSse } from '../as-sse.ts';
import { eventTypeOf } from '../event-type.ts';
import { noteHeaders } from '../note-headers.ts';
import type { UpstreamSocket } from '../relay/connect-upstream.ts';
import type { ConnectionContext } from '../session.ts';
import { noteRealtime } from './note-realtime.ts';
import { createRealtimeReader, isAudio } from './read-realtime.ts';

/** How a connection ended. */
interface End {
  readonly finish?: NonNullable<ExchangeRecord['response']['finish']>;
  readonly error?: Pick<GatewayError, 'origin' | 'code' | 'message'>;
}

/** The one record of a connection, kept while it is open. */
export interface RealtimeRecord {
  readonly id: string;
  isAnswering(): boolean;
  /**
   * Asks limits and budgets for room, once for the connection: what it uses is known when it ends.
   * @throws GatewayError rate_limit_exceeded, budget_exceeded, or rejects with one of them
   */
  begin(): unknown;
  seeClient(message: Buffer, isBinary: boolean): void;
  seeUpstream(message: Buffer, isBinary: boolean): void;
  /** Writes the record; only the first call counts. */
  close(end: End): void;
}

/** Of what a client says, sound left out, this much is kept for the log. */
const MAX_KEPT_BYTES = 256 * 1024;

const LINE_FEED = Buffer.from('\n');

/** A switch of protocols, which is how the upgrade was answered. */
const SWITCHED = 101;

const typeOf = (event: Buffer): string => eventTypeOf(undefined, event.toString('latin1'));

/** Opens the record of a connection that the upstream has accepted. */
export const createRealtimeRecord = (
  { recorder, clock, upgrade, mode, metering }: ConnectionContext,
  { response }: Pick<UpstreamSocket, 'response'>,
): RealtimeRecord => {
  const { method, url, rawHeaders, caller, upstream } = upgrade;
  const exchange = recorder.arrive({ method, path: url, transport: 'websocket', rawHeaders });
  nameCaller(exchange, caller);
  const { record } = exchange;
  record.websocketMode = mode;
  record.stream = true;
  record.status = SWITCHED;
  record.provider = upstream.name;
  record.upstream = upstream.baseUrl.host;
  noteRealtime(record, upgrade);
  noteHeaders(exchange, response, clock.now());
  exchange.commit();

  const reader = createRealtimeReader();
  const said: Buffer[] = [];
  let saidBytes = 0;
  const counts = { asked: 0, answered: 0, events: 0 };
  const count = (): void => {
    record.request.bodyBytes = counts.asked;
    record.request.wireBytes = counts.asked;
    record.response.bytes = counts.answered;
    record.response.events = counts.events;
  };

  return {
    id: exchange.id,
    isAnswering: () => reader.isAnswering(),
    begin: () =>
      metering.begin({
        exchange,
        caller,
        headers: upgrade.headers,
        provider: upstream.name,
        model: upgrade.realtime?.requestedModel,
        upstreamModel: upgrade.realtime?.model,
        isOnlyDestination: true,
        bodyBytes: 0,
        isContinuation: false,
        maxOutputTokens: undefined,
        serviceTier: undefined,
        isPriced: true,
        findRepetition: () => undefined,
      }),
    seeClient: (message, isBinary) => {
      counts.asked += message.length;
      if (isBinary || saidBytes + message.length > MAX_KEPT_BYTES || isAudio(typeOf(message))) return;
      saidBytes += message.length;
      said.push(message, LINE_FEED);
    },
    seeUpstream: (message, isBinary) => {
      if (counts.events === 0) record.ttfbMs = clock.monotonic() - exchange.openedAtMs;
      counts.events++;
      counts.answered += message.length;
      if (isBinary) return;
      const type = typeOf(message);
      if (!isAudio(type)) exchange.appendResponseBody(asSse(message));
      reader.see(message, type);
      if (type !== 'response.done') return;
      count();
      applySummary(record, reader.summary);
      exchange.update();
    },
    close: ({ finish, error }) => {
      if (exchange.closed) return;
      count();
      applySummary(record, reader.summary);
      const lastError = reader.lastError();
      const told = error ?? (lastError && { origin: 'upstream', ...lastError });
      if (told) record.error ??= { origin: told.origin, code: told.code, message: told.message };
      record.response.finish = finish ?? (told ? 'failed' : (reader.summary.finish ?? 'completed'));
      if (said.length > 0) exchange.keepRequestBody(Buffer.concat(said), 'identity');
      exchange.close();
    },
  };
};
