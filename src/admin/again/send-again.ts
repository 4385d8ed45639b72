import { GatewayError } from '../../base/errors.ts';
import { fetchGateway } from '../../base/fetch-gateway.ts';
import { TICKET_HEADER, type Tickets } from '../../guard/tickets.ts';
import type { Viewer } from '../../guard/viewer.ts';
import type { ExchangeWatch } from '../../log/port.ts';
import type { PreparedAgain } from './prepare-again.ts';

export interface SendAgainDeps {
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  readonly tickets: Pick<Tickets, 'issue'>;
  /** Of the gateway, without a path. */
  readonly baseUrl: () => string;
  readonly version: string;
}

/** Sends recorded requests again, each as a request of its own. */
export interface SendAgain {
  /**
   * @returns the id of the new exchange, as soon as there is one
   * @throws GatewayError overloaded, cannot_send_again, internal_error
   */
  send(id: string, prepared: PreparedAgain, viewer: Viewer): Promise<string>;
  /** Ends what still runs. */
  close(): void;
}

/** All that run at once, whoever sent them. */
const MAX_RUNNING = 4;
/** As long as an answer may take: nobody waits for it but the log. */
const MAX_MS = 30 * 60_000;

/** Reads an answer to its end: the log keeps it. */
const drain = async (response: Response): Promise<void> => {
  const reader = response.body?.getReader();
  while (reader && !(await reader.read()).done);
};

/** Through the gateway's own door, so that every check, budget and record is that of any other request. */
export const createSendAgain = ({ recorder, tickets, baseUrl, version }: SendAgainDeps): SendAgain => {
  const running = new Map<string, AbortController>();

  /** The id of the exchange that a request opens; its answer may be minutes away. */
  const watchFor = (of: string) => {
    let stop = (): void => {};
    const opened = new Promise<string>((resolve) => {
      stop = recorder.subscribe(({ record }) => {
        if (record.sentAgainOf === of && record.durationMs === undefined) resolve(record.id);
      });
    });
    return { opened, stop };
  };

  return {
    send: async (id, { path, headers, body }, { keyId }) => {
      if (running.has(id)) {
        throw new GatewayError(
          'cannot_send_again',
          'this request is being sent again already: wait for its answer.',
        );
      }
      if (running.size >= MAX_RUNNING) {
        throw new GatewayError(
          'overloaded',
          `${MAX_RUNNING} requests are being sent again: wait until one of them has ended.`,
        );
      }
      const leave = new AbortController();
      running.set(id, leave);
      // No signal of its own: one that only a combined signal refers to may be collected before it fires.
      const timer = setTimeout(
        () => leave.abort(new DOMException('it took too long', 'TimeoutError')),
        MAX_MS,
      );
      const { opened, stop } = watchFor(id);
      const asked = fetchGateway(baseUrl() + path, {
        method: 'POST',
        headers: {
          ...headers,
          'user-agent': `gomodel-ts-again/${version}`,
          [TICKET_HEADER]: tickets.issue({ keyId, sentAgainOf: id }),
        },
        body: new Uint8Array(body),
        signal: leave.signal,
      });
      const ended = asked.then(drain).finally(() => {
        clearTimeout(timer);
        running.delete(id);
      });
      // What becomes of the answer is in the log.
      ended.catch(() => {});
      try {
        const answered = asked.then(({ headers: answer }) => answer.get('x-request-id'));
        const found = await Promise.race([opened, answered]);
        if (found) return found;
        throw new GatewayError('internal_error', 'the gateway answered its own request without an id.');
      } catch (cause) {
        if (cause instanceof GatewayError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new GatewayError('internal_error', `the gateway did not answer its own request: ${why}`, {
          cause,
        });
      } finally {
        stop();
      }
    },
    close: () => {
      for (const leave of running.values()) leave.abort();
    },
  };
};
