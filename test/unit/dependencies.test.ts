import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

it('the contributors’ page gives a reason for every package that is installed with this one, and for no other', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const [, section = ''] = read('.github/CONTRIBUTING.md').split('\n## Dependencies\n');
  const table = section.split('\n## ', 1)[0] ?? '';
  const named = [...table.matchAll(/^\| `([^`]+)` \| .{10,} \|$/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(dependencies).sort());
});

it('the bundle leaves no package outside but those that are installed', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const [, list = ''] = /external: \[([^\]]*)\]/.exec(read('.config/build.mjs')) ?? [];
  // The two that `ws` uses where somebody has installed them.
  const external = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name);
  const needed = external.filter((name) => name !== 'bufferutil' && name !== 'utf-8-validate');
  expect(needed.filter((name) => !(String(name) in dependencies))).toEqual([]);
});
