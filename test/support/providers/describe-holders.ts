import { describe, expect, it } from 'vitest';
import type { Holders } from '../../../src/providers/holders/holders.ts';

/** What whoever remembers holders does, wherever that is. @param open several processes of one gateway, or gateways */
export const describeHolders = (
  name: string,
  open: () => Promise<readonly [Holders, ...Holders[]]>,
): void => {
  describe(name, () => {
    it('knows in each process who holds what another one has heard of, and who stored it', async () => {
      const [one, ...others] = await open();
      const last = others.at(-1) ?? one;
      one.note(['file-a', 'file-b'], { provider: 'groq', owner: 'key_1' });
      one.note(['file-c'], { provider: 'openai' });
      await expect
        .poll(async () => last.find(['file-unknown', 'file-b']))
        .toMatchObject({
          ...{ provider: 'groq', owner: 'key_1' },
        });
      await expect.poll(async () => last.find(['file-c'])).toBeDefined();
      const plain = await last.find(['file-c']);
      expect([plain?.provider, plain?.owner]).toEqual(['openai', undefined]);
      expect(await last.find(['file-unknown'])).toBeUndefined();
      expect(await last.find([])).toBeUndefined();
    });

    it('leaves to its first owner what somebody else has read', async () => {
      const [one, ...others] = await open();
      const last = others.at(-1) ?? one;
      one.note(['file-d'], { provider: 'groq', owner: 'key_1' });
      await expect.poll(async () => last.find(['file-d'])).toBeDefined();
      last.note(['file-d', 'file-e'], { provider: 'groq', owner: 'key_2' });
      await expect.poll(async () => one.find(['file-e'])).toMatchObject({ owner: 'key_2' });
      expect(await one.find(['file-d'])).toMatchObject({ owner: 'key_1' });
    });

    it('gives no owner to what was stored without one', async () => {
      const [one, ...others] = await open();
      const last = others.at(-1) ?? one;
      one.note(['file-f'], { provider: 'groq' });
      await expect.poll(async () => last.find(['file-f'])).toBeDefined();
      last.note(['file-f', 'file-g'], { provider: 'groq', owner: 'key_2' });
      await expect.poll(async () => one.find(['file-g'])).toMatchObject({ owner: 'key_2' });
      expect((await one.find(['file-f']))?.owner).toBeUndefined();
    });
  });
};
