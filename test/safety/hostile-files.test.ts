import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfigFile } from '../../src/config/file/parse-config-file.ts';
import { readRegularFile } from '../../src/state/read-regular-file.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { createRepository } from '../support/safety/create-repository.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** Each makes something at a path that is not a file to read. */
const OBSTACLES: ReadonlyArray<readonly [string, (path: string) => void | Promise<void>, RegExp]> = [
  ['a directory', (path) => void mkdirSync(path), /is not a regular file/],
  ['a FIFO', (path) => void execFileSync('mkfifo', [path]), /is not a regular file/],
  ['a link to /dev/zero', (path) => symlinkSync('/dev/zero', path), /is not a regular file/],
  ['a link to /dev/stdin', (path) => symlinkSync('/dev/null', path), /is not a regular file/],
  [
    'a file of 1 GB',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 30);
    },
    /is larger than/,
  ],
  [
    'a socket',
    async (path) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(path, resolve));
      onTestFinished(() => void server.close());
    },
    /is not a regular file/,
  ],
  ['a circle of links', (path) => symlinkSync(path, path), /circle of links/],
];

describe.each(OBSTACLES)('%s in place of a configuration file', (_name, create, problem) => {
  it('is refused where it is named, trusted, or in the data folder', async () => {
    const repository = createRepository();
    const env = { HOME: repository.home };
    await create(join(repository.path, '.env'));
    await create(join(repository.path, 'gomodel.yaml'));
    for (const args of [
      ['config', '--dotenv', '.env'],
      ['config', '--config', 'gomodel.yaml'],
      ['trust', '.env'],
      ['trust', 'gomodel.yaml'],
    ]) {
      const { code, stderr } = await runCli(args, env, repository.path);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toMatch(problem);
    }
    const passed = await runCli(['config'], env, repository.path);
    expect(passed).toMatchObject({ code: 0, stderr: expect.stringMatching(problem) });
    mkdirSync(repository.dataDir, { mode: 0o700 });
    await create(join(repository.dataDir, 'gomodel.yaml'));
    const own = await runCli(['config'], env, createTemporaryFolder('elsewhere'));
    expect(own).toMatchObject({ code: 2, stderr: expect.stringMatching(problem) });
  });

  it('is refused by init-codex, as root as well, and left alone', async () => {
    const { home, path } = createRepository();
    mkdirSync(join(home, '.codex'));
    const config = join(home, '.codex', 'config.toml');
    await create(config);
    for (const args of [['init-codex'], ['init-codex', '--undo'], ['init-codex', '--dry-run']]) {
      const { code, stderr } = await runCli(args, { HOME: home }, path);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(stderr).toMatch(/regular file|larger than|circle of links|ELOOP/);
    }
  });
});

it('reads a regular file up to the last byte that is allowed, and no further', () => {
  const file = join(createTemporaryFolder('file'), 'file');
  writeFileSync(file, 'x'.repeat(100_000));
  expect(readRegularFile(file, { maxBytes: 100_000 })).toMatchObject({ kind: 'file' });
  expect(readRegularFile(file, { maxBytes: 99_999 })).toMatchObject({ kind: 'unusable' });
  // It states a size of 0, and has more.
  if (existsSync('/proc/self/status')) {
    expect(readRegularFile('/proc/self/status', { maxBytes: 10 })).toMatchObject({ kind: 'unusable' });
  }
});

const MAX = 64 * 1024;
const fill = (text: string, start = '', end = ''): string =>
  start + text.repeat(Math.floor((MAX - start.length - end.length) / text.length)) + end;
const lines = (line: (index: number) => string): string => {
  let text = '';
  for (let index = 0; text.length + line(index).length + 1 < MAX; index++) text += `${line(index)}\n`;
  return text;
};

it('takes as many providers as fit, in a time that grows with their number', () => {
  const msOf = (count: number): number => {
    const text = `providers:\n${Array.from({ length: count }, (_, index) => ` p${index}: {type: vllm}\n`).join('')}`;
    const startedAt = performance.now();
    expect(parseConfigFile(text, 'gomodel.yaml', {}).providers).toHaveLength(count);
    return performance.now() - startedAt;
  };
  msOf(100);
  expect(msOf(2_600)).toBeLessThan(60 * (msOf(260) + 5));
});

const msFor = (text: string, env: Readonly<Record<string, string>>): number => {
  const startedAt = performance.now();
  expect(() => parseConfigFile(text, 'gomodel.yaml', env)).toThrow(
    expect.objectContaining({ code: 'invalid_config' }),
  );
  return performance.now() - startedAt;
};

describe('a hostile gomodel.yaml ends in an error', () => {
  const harmless = lines((index) => `- { id: model-${index}, name: "some text" }`);
  const big = { BIG: 'x'.repeat(32_000) };
  it.each([
    ['50,000 anchors', Array.from({ length: 50_000 }, (_, index) => `a${index}: &a${index} x`).join('\n')],
    ['as many anchors as fit', lines((index) => `a${index}: &a${index} x`)],
    ['as many keys as fit', lines((index) => `a${index}: x`)],
    [
      'as many providers as fit',
      `${lines((index) => (index === 0 ? 'providers:' : ` p${index}: { type: vllm }`)).slice(0, -20)}\nx: y\n`,
    ],
    [
      'as many aliases as fit',
      `${lines((index) => (index === 0 ? 'aliases:' : ` a${index}: x`)).slice(0, -20)}\nx: y\n`,
    ],
    ['100,000 open references', `a: ${'${'.repeat(100_000)}`],
    ['as many open references as fit', fill('${', 'a: ')],
    ['as many references as fit', fill(`\${BIG}`, 'default_provider: ')],
    ['open lists', fill('[')],
    ['open objects', fill('{a: ')],
    ['lists in lists', fill('- ')],
    ['keys of keys', fill('? ')],
    ['commas', fill(',', '[', ']')],
    ['aliases', fill('*a,', 'x: &a y\nb: [', ']')],
    ['tags', fill('!!a ')],
    ['documents', fill('---\n')],
    ['directives', fill('%YAML 1.2\n')],
    ['backslashes', fill('\\', '"')],
  ])('%s', (_name, text) => {
    // Against as much of harmless text, with room for a busy machine.
    expect(msFor(text, big)).toBeLessThan(40 * (msFor(harmless, big) + 5));
  });
});
