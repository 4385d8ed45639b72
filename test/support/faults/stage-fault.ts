import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { composeGateway, type RunningGateway } from '../gateway/compose-gateway.ts';
import { recordExchange } from '../log/record-exchange.ts';
import { countDescriptors } from './count-descriptors.ts';
import type { AnyFault, RecordSays } from './fault.ts';
import { GOOD, lastRequest } from './messages.ts';
import { parseAnswers } from './parse-answers.ts';
import { playClient, type ScriptedClient } from './play-client.ts';
import type { Step } from './play-steps.ts';
import { createScene, type Scene } from './scene.ts';
import { type ScriptedUpstream, startScriptedUpstream } from './start-scripted-upstream.ts';

const ASK_ONCE: readonly Step[] = [{ send: lastRequest() }, 'left'];
/** No fault takes so long: what does, hangs. */
const LIMIT_MS = 20_000;
const TICK_MS = 500;
const LOOK_MS = 5;

const within = async <Value>(work: Promise<Value>, scene: Scene, limitMs: number): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    let ticks = 0;
    // Counted, not measured: a machine that stood still has not waited.
    timer = setInterval(() => {
      ticks++;
      if (ticks * TICK_MS < limitMs) return;
      reject(new Error(`it hangs, waiting for ${scene.awaited.join(', ')}`));
    }, TICK_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearInterval(timer);
  }
};

const toSaid = ({ status, response, error, usage }: ExchangeRecord, says: RecordSays) => ({
  ...(status !== undefined && { status }),
  finish: response.finish,
  ...(error && { code: error.code, origin: error.origin }),
  ...(says.message !== undefined && {
    message: error?.message.includes(says.message) ? says.message : error?.message,
  }),
  ...(says.totalTokens !== undefined && { totalTokens: usage?.totalTokens }),
});

const byText = (one: unknown, other: unknown): number => {
  const [first, second] = [one, other].map((value) =>
    JSON.stringify(Object.entries(value ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1))),
  ) as [string, string];
  return first < second ? -1 : Number(first > second);
};

/** All that a fault took must have been given back. */
const untilGivenBack = async (before: number): Promise<void> => {
  for (let looks = 0; looks < LIMIT_MS / LOOK_MS && countDescriptors() > before; looks++)
    await pause(LOOK_MS);
  expect(countDescriptors(), 'descriptors').toBeLessThanOrEqual(before);
};

const untilIdle = async ({ recorder }: RunningGateway): Promise<void> => {
  while (recorder.active.size > 0) await pause(1);
};

/** One client's whole visit. */
const visit = async (
  gateway: RunningGateway,
  steps: readonly Step[],
  scene: Scene,
): Promise<ScriptedClient> => {
  const client = await playClient(gateway.port, steps, scene);
  onTestFinished(() => void client.socket.destroy());
  await client.played;
  client.socket.destroy();
  return client;
};

/** After a fault the next client must be served as if nothing had been. */
const expectService = async (gateway: RunningGateway, upstream: ScriptedUpstream): Promise<void> => {
  const scene = createScene();
  upstream.play({ scene, answers: [GOOD] });
  const client = await within(visit(gateway, ASK_ONCE, scene), scene, LIMIT_MS);
  const [answer] = parseAnswers(client.received());
  expect(answer).toMatchObject({ status: 200, whole: true });
};

/** How those who took part have seen it. */
interface Played {
  readonly client: ScriptedClient;
  readonly upstream: ScriptedUpstream;
}

interface Staging {
  /** What the client does where the fault says nothing of it. */
  readonly client: readonly Step[];
  /** Compares what was seen with what is expected. */
  readonly look: (played: Played) => void;
  readonly limitMs?: number | undefined;
}

/**
 * Plays a fault against a gateway in this process, and sees that everything came as expected of it: to the client
 * and the upstream by `look`, in the log, in what is given back, and for the next client.
 */
export const stageFault = async (
  fault: AnyFault,
  { client: usual, look, limitMs = LIMIT_MS }: Staging,
): Promise<void> => {
  const scene = createScene();
  const { upstream: answers = [GOOD], greeting = [], place: startPlace, expect: expected } = fault;
  const upstream = await startScriptedUpstream({ scene, answers, greeting });
  onTestFinished(() => upstream.close());
  const place = await startPlace?.();
  if (place) onTestFinished(() => void place.close());
  const { env, ...options } = fault.gateway ?? {};
  const gateway = await composeGateway(place?.url ?? upstream.url, {
    ...options,
    env: { ...env, ...place?.env },
  });
  // The log opens its files with the first exchange that it writes of each kind: refused, and let in.
  await fetch(`${gateway.v1.replace('/v1', '/warm-up')}`, { headers: { connection: 'close' } });
  const warmUp = { requestBody: 'warm-up', responseBody: 'warm-up', record: { auth: 'none' } } as const;
  recordExchange(gateway.recorder, warmUp);
  const warmUps = (await gateway.records()).length;
  const before = countDescriptors();

  const stopping = (async () => {
    if (fault.stopAfter === undefined) return;
    const mark = fault.stopAfter;
    await scene.until(`"${mark}" to stop at`, () => scene.marks.has(mark));
    await gateway.close(0);
  })();
  const visiting = visit(gateway, fault.client ?? usual, scene);
  const client = await within(visiting, scene, limitMs);
  await within(
    scene.until('the script of the upstream', () => upstream.playing === 0),
    scene,
    limitMs,
  );
  await within(stopping, scene, limitMs);
  await within(untilIdle(gateway), scene, limitMs);

  look({ client, upstream });
  expect(upstream.asked, 'requests at the upstream').toBe(expected.asked);
  const records = (await gateway.records()).slice(warmUps);
  const [says] = expected.records;
  const said = records.map((record, index) =>
    toSaid(record, expected.records[index] ?? says ?? { finish: 'failed' }),
  );
  // What begins within one millisecond stands in the log in any order.
  expect(said.toSorted(byText)).toEqual(expected.records.toSorted(byText));

  upstream.drop();
  place?.drop();
  if (fault.stopAfter === undefined) {
    await untilGivenBack(before);
    if (!place) await expectService(gateway, upstream);
  } else await untilGivenBack(before);
};
