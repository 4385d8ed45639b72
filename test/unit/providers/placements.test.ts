import { EventEmitter } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { countPlacements, type KeptPlacement } from '../../../src/providers/balance/count-placements.ts';
import { MAX_PLACED_SESSIONS, REMEMBERED_FOR_MS } from '../../../src/providers/balance/placement.ts';
import { openPlacementFile } from '../../../src/server/shared/placement-file.ts';
import { createLink } from '../../../src/server/workers/link.ts';
import type { PrimaryCalls } from '../../../src/server/workers/protocol.ts';
import { describePlacements } from '../../support/providers/describe-placements.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const createClock = () => {
  let nowMs = 1_000_000;
  return {
    now: () => nowMs,
    wait: (ms: number): void => {
      nowMs += ms;
    },
  };
};

describePlacements('placements counted in one process', async () => {
  const clock = createClock();
  return { each: [countPlacements(clock)], wait: clock.wait };
});

describePlacements('placements that workers ask the primary for', async () => {
  const clock = createClock();
  const counted = countPlacements(clock);
  const startWorker = () => {
    const [up, down] = [new EventEmitter(), new EventEmitter()];
    const channel = (out: EventEmitter, back: EventEmitter) => ({
      send: (message: unknown) => void setImmediate(() => out.emit('message', structuredClone(message))),
      onMessage: (listener: (message: unknown) => void) => void back.on('message', listener),
      onEnd: () => {},
    });
    createLink(channel(down, up), { place: async (request: never) => counted.place(request) } as never);
    const link = createLink<Pick<PrimaryCalls, 'place'>, never>(channel(up, down), {} as never);
    return { place: (request: PrimaryCalls['place']['input']) => link.call('place', request) };
  };
  return { each: [startWorker(), startWorker(), startWorker()], wait: clock.wait };
});

const TARGETS = [
  { name: 'east/m', weight: 1 },
  { name: 'west/m', weight: 1 },
];
const ask = (session: string, more = {}) => ({
  name: 'smart',
  session,
  targets: TARGETS,
  resting: [],
  ...more,
});

it('forgets the sessions beyond its bound that were not heard of for longest, and their count', () => {
  const placements = countPlacements(createClock());
  for (let count = 0; count <= MAX_PLACED_SESSIONS; count++) {
    placements.place(ask(`s${count}`, { suggested: 'west/m' }));
  }
  expect(placements.place(ask('s1'))).toMatchObject({ home: 'west/m', isNew: false });
  expect(placements.place(ask('s0'))).toMatchObject({ home: 'east/m', isNew: true });
});

it('knows after a restart where sessions belong, whatever a line that was cut off says', async () => {
  const clock = createClock();
  const path = join(createTemporaryFolder('placements'), 'placements.jsonl');
  const open = () => countPlacements(clock, openPlacementFile(path, clock.now));
  const first = open();
  const homes = ['a', 'b', 'c', 'd'].map((session) => first.place(ask(session)).home);
  first.place(ask('e', { suggested: 'west/m' }));
  await vi.waitFor(() => expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(5));
  appendFileSync(path, '{"name":"smart","session":"f"\nnull\n{"name":1}\n');

  clock.wait(1_000);
  const second = open();
  // They count as well: the one that is below its share comes next.
  expect(second.place(ask('g'))).toMatchObject({ home: 'east/m', isNew: true });
  expect(['a', 'b', 'c', 'd'].map((session) => second.place(ask(session)))).toEqual(
    homes.map((home) => ({ home, at: home, isNew: false })),
  );
  clock.wait(REMEMBERED_FOR_MS);
  expect(open().place(ask('e', { suggested: 'east/m' }))).toMatchObject({ home: 'east/m', isNew: true });
});

it('writes its file anew before that grows without end', async () => {
  const path = join(createTemporaryFolder('placements'), 'placements.jsonl');
  const keeper = openPlacementFile(path, () => 0);
  const kept = (session: number): KeptPlacement => ({
    ...{ name: 'n', session: `s${session}`, home: 'h', usedAtMs: 0 },
  });
  for (let round = 0; round < 5; round++) {
    for (let session = 0; session < 5_000; session++) keeper.keep(kept(session));
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toContain('"s4999"'));
  }
  await vi.waitFor(() => expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThanOrEqual(20_001));
  expect(openPlacementFile(path, () => 0).load()).toHaveLength(5_000);
});
