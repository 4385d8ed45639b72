import { expect, onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { GOOD } from './messages.ts';
import { parseAnswers } from './parse-answers.ts';
import { playClient, type ScriptedClient } from './play-client.ts';
import type { Step } from './play-steps.ts';
import { createScene } from './scene.ts';
import { startHeldGateway } from './start-held-gateway.ts';
import { startScriptedUpstream, type UpstreamScript } from './start-scripted-upstream.ts';

/** A signal that meets an exchange at one point of its life, and what must come of that. */
export interface SignalFault {
  readonly name: string;
  readonly signal: 'SIGTERM' | 'SIGKILL';
  /** Marks `here` when the point is reached; after `signalled` the exchange may go on. */
  readonly upstream?: UpstreamScript;
  readonly client: readonly Step[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether what the client has is an answer to its end; absent: of HTTP. */
  readonly isWhole?: (client: ScriptedClient) => boolean;
  /** Before the signal the log must have so much of it: it is written some milliseconds later. */
  readonly logged?: (record: ExchangeRecord) => boolean;
  readonly expect: {
    readonly client: 'a whole answer' | 'a broken connection';
    readonly exitCode: number | null;
    readonly asked: number;
    readonly finish: ExchangeRecord['response']['finish'];
  };
}

const isWholeAnswer = (client: ScriptedClient): boolean => parseAnswers(client.received())[0]?.whole === true;

/** Plays it against the built CLI. */
export const holdProcessAgainst = async (fault: SignalFault): Promise<void> => {
  const { expect: expected, signal, logged, env, isWhole = isWholeAnswer } = fault;
  const scene = createScene();
  const upstream = await startScriptedUpstream({ scene, answers: [fault.upstream ?? GOOD] });
  onTestFinished(() => upstream.close());
  const gateway = await startHeldGateway({ upstreamUrl: upstream.url, ...(env && { env }) });
  const client = await playClient(gateway.port, fault.client, scene);
  onTestFinished(() => void client.socket.destroy());
  await scene.until('"here"', () => scene.marks.has('here'));
  if (logged) await gateway.logs((records) => records.some(logged));

  const ended = gateway.stop(signal);
  if (signal === 'SIGTERM' && expected.finish === 'completed' && !logged) {
    await gateway.said('again to stop now');
  }
  scene.mark('signalled');
  await client.played;
  expect(await ended).toBe(expected.exitCode);
  expect(isWhole(client) ? 'a whole answer' : 'a broken connection').toBe(expected.client);
  expect(upstream.asked).toBe(expected.asked);
  const records = await gateway.everyRecord();
  expect(records.map(({ response }) => response.finish)).toEqual([expected.finish]);
};
