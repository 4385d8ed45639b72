import type { ServerResponse } from 'node:http';
import type { GatewayError } from '../../base/errors.ts';
import { LinkedList } from '../../base/linked-list.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { type ActiveForwarding, beginForwarding, type Forwarding, type IsMeant } from '../forwarding.ts';
import type { WatchHandlers } from '../send/watch-request.ts';
import { drainForReuse } from './drain-for-reuse.ts';
import { lacksCompaction, noCompaction } from './lacks-compaction.ts';
import { type RelayInput, relayAnswer } from './relay-answer.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

export type Fail = (error: GatewayError) => void;

/** Asks an upstream. @returns what ends the request while it is unanswered, without another word */
type AskUpstream = (handlers: WatchHandlers<UpstreamAnswer>) => () => void;

export interface Deliveries {
  /**
   * Asks an upstream, and sends its answer to the client. Where the client leaves before an answer has begun,
   * the request is ended.
   * @param fail called at most once, and only while nothing was sent to the client
   * @throws what `ask` throws; then nothing was asked
   */
  deliver(response: ServerResponse, forwarding: Forwarding, ask: AskUpstream, fail: Fail): void;
  /** Ends what still runs, or what of it is meant: with an event that says why where a stream can carry one. */
  cut(reason: GatewayError, isMeant?: IsMeant): void;
}

type Timing = Pick<RelayInput, 'clock' | 'stallTimeoutMs'>;

/** One answer on its way to its client, however the upstream is asked for it. */
class Delivery implements WatchHandlers<UpstreamAnswer> {
  readonly #response: ServerResponse;
  readonly #forwarding: ActiveForwarding;
  readonly #fail: Fail;
  readonly #timing: Timing;
  /** Set when the answer has begun. */
  #cutAnswer: ((reason: GatewayError) => void) | undefined;
  #leave: (() => void) | undefined;

  constructor(response: ServerResponse, forwarding: Forwarding, fail: Fail, timing: Timing) {
    this.#response = response;
    this.#forwarding = beginForwarding(forwarding);
    this.#fail = fail;
    this.#timing = timing;
  }

  get record(): ExchangeRecord {
    return this.#forwarding.exchange.record;
  }

  start(ask: AskUpstream): void {
    this.#leave = ask(this);
  }

  onAnswer(upstreamResponse: UpstreamAnswer): void {
    const forwarding = this.#forwarding;
    if (lacksCompaction(upstreamResponse, forwarding.path)) {
      drainForReuse(upstreamResponse);
      this.onFailure(noCompaction(forwarding.exchange.record.upstream ?? ''));
      return;
    }
    const response = this.#response;
    this.#cutAnswer = relayAnswer({ upstreamResponse, response, forwarding, ...this.#timing });
  }

  onFailure(error: GatewayError): void {
    if (this.#forwarding.settled || this.#cutAnswer) return;
    this.#forwarding.settled = true;
    this.#fail(error);
  }

  /** From this side, for a shutdown. */
  cut(reason: GatewayError): void {
    if (this.#cutAnswer) {
      this.#cutAnswer(reason);
      return;
    }
    this.#leave?.();
    this.onFailure(reason);
  }

  /** The client has its answer, or has left. */
  end(): void {
    // The client has left, or was refused in the middle of an upload: what it asked for must not run on at the provider, at its user's cost.
    if (!this.#cutAnswer) this.#leave?.();
    this.#forwarding.settled = true;
  }
}

/** @param stallTimeoutMs after so long without a byte a stream is ended; 0: never */
export const createDeliveries = (clock: Clock, stallTimeoutMs = 0): Deliveries => {
  const active = new LinkedList<Delivery>();
  return {
    deliver: (response, forwarding, ask, fail) => {
      const delivery = new Delivery(response, forwarding, fail, { clock, stallTimeoutMs });
      delivery.start(ask);
      const place = active.add(delivery);
      response.once('close', () => {
        active.remove(place);
        delivery.end();
      });
    },
    cut: (reason, isMeant) => {
      for (const delivery of active.values()) {
        if (isMeant?.(delivery.record) !== false) delivery.cut(reason);
      }
    },
  };
};
