import type { ClientRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { GatewayError } from '../../base/errors.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import { isLoopbackHost } from '../../config/own-address.ts';

/** A model that reasons is silent for longer; looking costs a connection over which nothing is sent. */
const FIRST_LOOK_MS = 5_000;
const MAX_PAUSE_MS = 60_000;
const LOOK_LIMIT_MS = 5_000;

/** An upstream that is busy may leave one attempt unanswered. */
const MAX_UNANSWERED_LOOKS = 2;

type Sight = 'reachable' | 'unanswered' | 'gone';

/** Whether the other end of a connection still accepts new ones. One that refuses them may be about to stop. */
const lookAt = (host: string, port: number, onSight: (sight: Sight) => void): Socket => {
  const probe = connect({ host, port, timeout: LOOK_LIMIT_MS });
  const end = (sight: Sight): void => {
    probe.destroy();
    onSight(sight);
  };
  return probe
    .once('connect', () => end('reachable'))
    .once('timeout', () => end('unanswered'))
    .once('error', (error) => {
      if (hasErrorCode(error, 'ETIMEDOUT')) end('unanswered');
      else if (hasErrorCode(error, 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL')) end('gone');
      else end('reachable');
    });
};

const wentNowhere = (host: string): GatewayError =>
  new GatewayError(
    'upstream_unreachable',
    `${host} can no longer be reached: the request went out over a connection from before, and nothing came back. Check the network, and try again.`,
  );

/**
 * Ends a request over a kept connection that leads nowhere. The system would send it again and again, for a
 * quarter of an hour. It is not asked again here: it may have arrived, and only its answer is lost.
 * @param host of the upstream, for the error
 */
export const watchSilence = (request: ClientRequest, socket: Socket, host: string): void => {
  const { remoteAddress, remotePort } = socket;
  if (!request.reusedSocket || remoteAddress === undefined || remotePort === undefined) return;
  if (isLoopbackHost(remoteAddress.replace(/^::ffff:/i, ''))) return;
  let pauseMs = FIRST_LOOK_MS;
  let unanswered = 0;
  let probe: Socket | undefined;
  let isOver = false;
  const look = (): void => {
    probe = lookAt(remoteAddress, remotePort, (sight) => {
      if (isOver) return;
      unanswered = sight === 'reachable' ? 0 : unanswered + 1;
      if (sight === 'gone' || unanswered === MAX_UNANSWERED_LOOKS) {
        request.destroy(wentNowhere(host));
        return;
      }
      if (sight === 'reachable') pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
      timer = setTimeout(look, pauseMs);
    });
  };
  let timer = setTimeout(look, pauseMs);
  const stop = (): void => {
    isOver = true;
    clearTimeout(timer);
    probe?.destroy();
  };
  request.once('response', stop).once('upgrade', stop).once('close', stop);
};
