import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { findUpdate } from '../../src/cli/serve/find-update.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** An npm that notes how it was asked, and prints something. */
const npmThat = (prints: string, code = 0) => {
  const folder = createTemporaryFolder('npm');
  const [bin, noted, answer] = [join(folder, 'bin'), join(folder, 'noted'), join(folder, 'answer')];
  mkdirSync(bin);
  writeFileSync(answer, prints);
  const script = `#!/bin/sh\n{ echo "$@"; pwd; env; } > '${noted}.tmp'\nmv '${noted}.tmp' '${noted}'\ncat '${answer}'\nexit ${code}\n`;
  writeFileSync(join(bin, 'npm'), script);
  chmodSync(join(bin, 'npm'), 0o755);
  return {
    folder,
    path: [bin, process.env.PATH].join(delimiter),
    asked: (): string | undefined => (existsSync(noted) ? readFileSync(noted, 'utf8') : undefined),
  };
};

const find = async (prints: string, code?: number): Promise<string | undefined> => {
  const { folder, path } = npmThat(prints, code);
  return findUpdate({ current: '0.9.0', env: { PATH: path }, folder, platform: 'linux' });
};

it('names a newer version, and how to get it', async () => {
  expect(await find('0.10.0\n')).toBe(
    'gomodel-ts 0.10.0 is there; this is 0.9.0. npm install -g gomodel-ts@0.10.0',
  );
});

it.each([
  ['0.9.0', 0],
  ['0.8.9', 0],
  ['1.0.0; rm -rf ~', 0],
  ['9.9.9', 1],
  ['', 0],
  [`9.9.9${' '.repeat(100_000)}`, 0],
])('says nothing of %.40s with exit code %i', async (prints, code) => {
  expect(await find(prints, code)).toBeUndefined();
});

it('says nothing where there is no npm', async () => {
  const folder = createTemporaryFolder('npm');
  const wish = { current: '0.9.0', env: { PATH: folder }, folder, platform: 'linux' } as const;
  expect(await findUpdate(wish)).toBeUndefined();
});

it.each([
  [{}, false],
  [{ GOMODEL_UPDATE_CHECK: 'true' }, true],
] as const)(
  'asks npm only where %j says so, away from the working folder and without keys',
  async (env, asks) => {
    const npm = npmThat('0.0.1');
    const gateway = await startHeldGateway({
      args: ['--demo'],
      env: {
        PATH: npm.path,
        NPM_CONFIG_REGISTRY: 'https://registry.example',
        ANTHROPIC_API_KEY: 'sk-ant-x',
        ...env,
      },
    });
    if (asks) await expect.poll(npm.asked).toBeDefined();
    // Whatever was asked at the start has been asked when a request was answered.
    await fetch(`${gateway.url}/models`);
    const asked = npm.asked();
    expect(asked !== undefined).toBe(asks);
    if (asked === undefined) return;
    const [words, folder] = asked.split('\n');
    expect(words).toBe('view gomodel-ts version');
    expect(folder).toBe(gateway.dataDir);
    expect(asked).toContain('NPM_CONFIG_REGISTRY=https://registry.example');
    expect(asked).not.toContain('API_KEY');
  },
);
