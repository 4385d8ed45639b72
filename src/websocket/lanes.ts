import { GatewayError } from '../base/errors.ts';

/** What may be asked on one connection at a time: OpenAI's own numbers, and a bound of what waits. */
const MAX_RUNNING = 16;
const MAX_NAMED_LANES = 32;
const MAX_WAITING = 64;

interface Waiting<Work> {
  readonly streamId: string | undefined;
  readonly work: Work;
}

/** The order of the requests on one connection. Those of one lane run one after another, lanes beside each other. */
export interface Lanes<Work> {
  /**
   * @returns the work to start now
   * @throws GatewayError websocket_stream_limit_reached, invalid_request where too many wait
   */
  add(streamId: string | undefined, work: Work): Work[];
  /** The running work of a lane has ended. @returns the work to start now */
  finish(streamId: string | undefined): Work[];
  /** Takes out all that waits. */
  abandon(): Work[];
  isIdle(): boolean;
}

/** @see https://developers.openai.com/api/docs/guides/websocket-mode */
export const createLanes = <Work>(): Lanes<Work> => {
  const named = new Set<string>();
  const running = new Set<string | undefined>();
  let waiting: Waiting<Work>[] = [];

  const startable = (): Work[] => {
    const started: Work[] = [];
    waiting = waiting.filter(({ streamId, work }) => {
      if (running.size >= MAX_RUNNING || running.has(streamId)) return true;
      running.add(streamId);
      started.push(work);
      return false;
    });
    return started;
  };

  const nameLane = (streamId: string): void => {
    if (named.has(streamId)) return;
    if (named.size >= MAX_NAMED_LANES) {
      throw new GatewayError(
        'websocket_stream_limit_reached',
        `this connection has used ${MAX_NAMED_LANES} different stream ids. Use one of them again, or open another connection.`,
        { param: 'stream_id' },
      );
    }
    named.add(streamId);
  };

  return {
    add: (streamId, work) => {
      if (waiting.length >= MAX_WAITING) {
        throw new GatewayError(
          'invalid_request',
          `${MAX_WAITING} requests are already waiting on this connection. Wait for answers before sending more.`,
        );
      }
      if (streamId !== undefined) nameLane(streamId);
      waiting.push({ streamId, work });
      return startable();
    },
    finish: (streamId) => {
      running.delete(streamId);
      return startable();
    },
    abandon: () => {
      const abandoned = waiting.map(({ work }) => work);
      waiting = [];
      return abandoned;
    },
    isIdle: () => running.size + waiting.length === 0,
  };
};
