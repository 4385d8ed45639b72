import { describe, expect, it } from 'vitest';
import { parsePatch } from '../../../src/conversation/parse-patch.ts';
import { sumPatches } from '../../../src/conversation/sum-patches.ts';

const patch = (...files: string[]): string => `*** Begin Patch\n${files.join('\n')}\n*** End Patch`;
const update = (path: string, ...lines: string[]): string =>
  [`*** Update File: ${path}`, ...lines].join('\n');

const SIGNS = { context: ' ', added: '+', removed: '-', place: '@' } as const;
const sum = (...texts: string[]) =>
  sumPatches(texts.map((text) => parsePatch(text) ?? [])).map(({ lines, ...file }) => ({
    ...file,
    lines: lines.map(({ kind, text }) => `${SIGNS[kind]}${text}`),
  }));

describe('the sum of patches', () => {
  it('replaces what one patch added and a later one changed', () => {
    const [file] = sum(
      patch(update('a.ts', '@@', ' one', '-two', '+zwei', ' three')),
      patch(update('a.ts', '@@', '-zwei', '+deux', ' three')),
    );
    expect(file).toMatchObject({
      lines: ['@', ' one', '-two', '+deux', ' three'],
      added: 1,
      removed: 1,
      patches: 2,
    });
  });

  it('leaves nothing of a line that is added and removed again', () => {
    const [file] = sum(
      patch(update('a.ts', '@@', ' one', '+debug', ' two')),
      patch(update('a.ts', '@@', ' one', '-debug', ' two')),
    );
    expect(file).toMatchObject({ lines: ['@', ' one', ' two'], added: 0, removed: 0 });
  });

  it('marks a line as removed that an earlier patch left as it was', () => {
    const [file] = sum(
      patch(update('a.ts', '@@', ' one', '+new', ' two')),
      patch(update('a.ts', '@@', ' new', '-two')),
    );
    expect(file?.lines).toEqual(['@', ' one', '+new', '-two']);
  });

  it('keeps hunks apart whose lines have nothing in common, in their order', () => {
    const [file] = sum(
      patch(update('a.ts', '@@', '-one', '+eins')),
      patch(update('a.ts', '@@ class B', '-nine', '+neun')),
    );
    expect(file?.lines).toEqual(['@', '-one', '+eins', '@class B', '-nine', '+neun']);
  });

  it('writes changes of a new file into the new file', () => {
    const [file] = sum(
      patch('*** Add File: b.ts\n+one\n+two'),
      patch(update('b.ts', '@@', ' one', '-two', '+three')),
    );
    expect(file).toMatchObject({ verb: 'add', lines: ['+one', '+three'], added: 2, removed: 0 });
  });

  it('forgets a file that is added and deleted again, and follows one that is moved', () => {
    expect(sum(patch('*** Add File: b.ts\n+one'), patch('*** Delete File: b.ts'))).toEqual([]);
    const moved = sum(
      patch('*** Update File: a.ts\n*** Move to: c.ts\n@@\n-one\n+eins'),
      patch(update('c.ts', '@@', '-eins', '+uno')),
    );
    expect(moved).toMatchObject([{ path: 'a.ts', movedTo: 'c.ts', lines: ['@', '-one', '+uno'] }]);
  });

  it('is done with two patches of the same long line in no time', () => {
    const long = Array.from({ length: 20_000 }, () => '+x').join('\n');
    const also = Array.from({ length: 20_000 }, () => '-x').join('\n');
    const [file] = sum(
      patch(`*** Update File: a.ts\n@@\n${long}`),
      patch(`*** Update File: a.ts\n@@\n${also}`),
    );
    expect(file).toMatchObject({ added: 20_000, removed: 20_000 });
  });
});
