import { setTimeout as pause } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import { nonEmptyString } from '../../base/json-object.ts';
import type { CommandContext } from '../context.ts';
import { plainLine } from '../render/plain-text.ts';
import { type AskGateway, type OAuthAnswer, refusalOf } from './ask-gateway.ts';

const SECOND_MS = 1_000;
const DEFAULT_INTERVAL_S = 5;
/** What a gateway that says something odd cannot make us wait. */
const MAX_INTERVAL_S = 60;
const MAX_WAIT_S = 1_800;

const secondsOf = (value: unknown, fallback: number, most: number): number =>
  typeof value === 'number' && value > 0 ? Math.min(value, most) : fallback;

/**
 * Signs in with a browser of any machine: shows a code, and waits until its person has allowed it.
 * @returns what the token endpoint answers
 * @throws GatewayError command_failed
 * @see RFC 8628
 */
export const signInByDevice = async (
  ask: AskGateway,
  { stderr }: Pick<CommandContext, 'stderr'>,
): Promise<OAuthAnswer> => {
  const started = await ask('/oauth/device_authorization', { surface: 'gomodel-ts' });
  const { device_code: deviceCode, user_code: code, verification_uri: page } = started.body;
  if (started.error !== undefined || typeof deviceCode !== 'string') {
    throw new GatewayError('command_failed', refusalOf(started));
  }
  const address = nonEmptyString(started.body.verification_uri_complete) ?? nonEmptyString(page) ?? '';
  stderr.write(
    `Sign in with a browser, on any machine, at:\n  ${plainLine(address)}\nand allow it there if it shows this code: ${plainLine(String(code))}\n`,
  );
  let intervalS = secondsOf(started.body.interval, DEFAULT_INTERVAL_S, MAX_INTERVAL_S);
  const untilMs = performance.now() + secondsOf(started.body.expires_in, 600, MAX_WAIT_S) * SECOND_MS;
  while (performance.now() < untilMs) {
    await pause(intervalS * SECOND_MS);
    const polled = await ask('/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: deviceCode,
    });
    if (polled.error === undefined) return polled;
    if (polled.error === 'slow_down') intervalS += DEFAULT_INTERVAL_S;
    else if (polled.error !== 'authorization_pending') {
      throw new GatewayError('command_failed', refusalOf(polled));
    }
  }
  throw new GatewayError('command_failed', 'Nobody has allowed it in time. Begin again.');
};
