import { describe, expect, it } from 'vitest';
import {
  ACTIVE_FOR_MS,
  type Placement,
  type PlacementRequest,
  type Placements,
} from '../../../src/providers/balance/placement.ts';

const TARGETS = [
  { name: 'east/m', weight: 5 },
  { name: 'west/m', weight: 3 },
  { name: 'north/m', weight: 2 },
];

export interface OpenPlacements {
  /** Several processes, each asking in its own way. */
  readonly each: readonly [Placements, ...Placements[]];
  /** Lets time pass. */
  wait(ms: number): Promise<void> | void;
}

/** What whoever counts sessions does, wherever that is. */
export const describePlacements = (name: string, open: () => Promise<OpenPlacements>): void => {
  describe(name, () => {
    const begin = async () => {
      const { each, wait } = await open();
      let asked = 0;
      const place = async (session: string, more: Partial<PlacementRequest> = {}): Promise<Placement> => {
        const placements = each[asked++ % each.length] ?? each[0];
        const request = { name: 'smart', session, targets: TARGETS, resting: [], ...more };
        const placement = await placements.place(request);
        if (!placement) throw new Error('not placed');
        return placement;
      };
      const placeMany = (count: number, prefix = 's', more: Partial<PlacementRequest> = {}) =>
        Promise.all(Array.from({ length: count }, (_, index) => place(`${prefix}${index}`, more)));
      return { place, placeMany, wait };
    };
    const countsOf = (placements: readonly Placement[]): number[] =>
      TARGETS.map((target) => placements.filter(({ at }) => at === target.name).length);

    it('gives each target its share of sessions that come all at once, and each session its place', async () => {
      const { placeMany } = await begin();
      const placements = await placeMany(200);
      expect(countsOf(placements)).toEqual([100, 60, 40]);
      expect(placements.every(({ home, at, isNew }) => home === at && isNew)).toBe(true);
      const again = await placeMany(200);
      expect(again).toEqual(placements.map((placement) => ({ ...placement, isNew: false })));
    });

    it('counts each name by itself, and takes the first of equals', async () => {
      const { place, placeMany } = await begin();
      await placeMany(10);
      const equal = { name: 'other', targets: TARGETS.map((target) => ({ ...target, weight: 1 })) };
      const placements = [await place('a', equal), await place('b', equal), await place('c', equal)];
      expect(placements.map(({ at }) => at)).toEqual(TARGETS.map((target) => target.name));
    });

    it('places a session elsewhere while its target rests, and then back', async () => {
      const { placeMany } = await begin();
      const before = await placeMany(200);
      const meanwhile = await placeMany(200, 's', { resting: ['west/m'] });
      expect(countsOf(meanwhile)).toEqual([143, 0, 57]);
      expect(meanwhile.map(({ home }) => home)).toEqual(before.map(({ home }) => home));
      expect(await placeMany(200, 's', { resting: ['west/m'] })).toEqual(meanwhile);
      const after = await placeMany(200);
      expect(after.map(({ at }) => at)).toEqual(before.map(({ at }) => at));
      expect(countsOf(await placeMany(100, 'new'))).toEqual([50, 30, 20]);
    });

    it('keeps a session where it is meanwhile, though another process does not know yet that its home rests', async () => {
      const { place, placeMany } = await begin();
      await place('a', { suggested: 'west/m' });
      const away = { resting: ['west/m'] };
      const guest = await place('a', away);
      expect(await place('a')).toMatchObject({ at: 'west/m' });
      await placeMany(20, 'other', { suggested: guest.at });
      expect(await place('a', away)).toEqual(guest);
    });

    it('follows a wish of a new session, and of one whose target rests, if that can be asked', async () => {
      const { place } = await begin();
      expect(await place('a', { suggested: 'north/m' })).toMatchObject({ at: 'north/m' });
      expect(await place('a', { suggested: 'west/m' })).toMatchObject({ at: 'north/m', isNew: false });
      const away = { suggested: 'west/m', resting: ['north/m'] };
      expect(await place('a', away)).toEqual({ home: 'north/m', at: 'west/m', isNew: false });
      expect(await place('b', { suggested: 'nobody/m' })).toMatchObject({ at: 'east/m' });
      const all = TARGETS.map((target) => target.name);
      expect(await place('c', { resting: all })).toMatchObject({ isNew: true });
    });

    it('places a session anew whose target is gone', async () => {
      const { place } = await begin();
      await place('a', { suggested: 'north/m' });
      const left = TARGETS.slice(0, 2);
      expect(await place('a', { targets: left })).toMatchObject({ home: 'east/m', isNew: true });
    });

    it('counts no session any more that was not heard of for an hour, and knows its target', async () => {
      const { place, placeMany, wait } = await begin();
      await placeMany(20, 'old', { suggested: 'north/m' });
      await wait(ACTIVE_FOR_MS + 1);
      expect(countsOf(await placeMany(10, 'new'))).toEqual([5, 3, 2]);
      expect(await place('old0')).toEqual({ home: 'north/m', at: 'north/m', isNew: false });
    });
  });
};
