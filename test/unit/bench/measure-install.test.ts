import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { weighModules } from '../../bench/measure-install.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

it('weighs what npm installed by its files, and counts what its lock names', () => {
  const modules = createTemporaryFolder('modules');
  mkdirSync(join(modules, 'one', 'lib'), { recursive: true });
  writeFileSync(join(modules, 'one', 'lib', 'index.js'), Buffer.alloc(3_000_000, 'x'));
  const packages = { 'node_modules/one': {}, 'node_modules/one/node_modules/two': {} };
  writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
  const figures = weighModules(modules);
  expect(figures.packages).toBe(2);
  expect(figures.megabytes).toBeGreaterThanOrEqual(3);
  expect(figures.megabytes).toBeLessThan(3.5);
});
