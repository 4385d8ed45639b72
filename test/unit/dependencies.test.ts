import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
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

it('who keeps files loads nothing of the database', () => {
  const dist = join(import.meta.dirname, '../../dist/cli');
  const chunks = new Map(readdirSync(dist).map((file) => [file, readFileSync(join(dist, file), 'utf8')]));
  const [client] = [...chunks].filter(([, text]) => text.includes('SCRAM-SHA-256')).map(([file]) => file);
  const importers = [...chunks]
    .filter(([, text]) => text.includes(`from "./${client}"`))
    .map(([file]) => file);
  expect(importers.map((file) => file.replace(/-[A-Z0-9]+\.js$/, '')).sort()).toEqual([
    'migrate-now',
    'open-storage',
  ]);
  for (const file of importers) {
    for (const [name, text] of chunks) {
      if (text.includes(file)) expect(text, name).toContain(`import("./${file}")`);
    }
  }
});

it('the bundle loads what is installed beside it from there, and nothing else', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const dist = join(import.meta.dirname, '../../dist/cli');
  const bundle = readdirSync(dist).map((file) => readFileSync(join(dist, file), 'utf8'));
  const specifiers = bundle.flatMap((text) =>
    [...text.matchAll(/^import [^;]*?from "([^".][^"]*)"|\bimport\("([^".][^"]*)"\)/gm)].map(
      ([, from, dynamic]) => from ?? dynamic ?? '',
    ),
  );
  const packages = specifiers
    .filter((name) => !builtinModules.includes(name.replace(/^node:/, '')))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  expect([...new Set(packages)].sort()).toEqual(Object.keys(dependencies).sort());
});

it('the gateway loads no more packages when it starts than it needs for its first request', () => {
  const dist = join(import.meta.dirname, '../../dist/cli');
  const [serve = ''] = readdirSync(dist).filter((file) => /^serve-[A-Z0-9]{8}\.js$/.test(file));
  const loaded = new Map<string, string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    const text = readFileSync(join(dist, file), 'utf8');
    loaded.set(file, text);
    for (const [, from, alone] of text.matchAll(
      /^(?:import|export) [^;"]*?from "\.\/([^"]+)"|^import "\.\/([^"]+)"/gm,
    )) {
      load(from ?? alone ?? '');
    }
  };
  load(serve);
  const names = [...loaded.values()].flatMap((text) =>
    [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name ?? ''),
  );
  expect([...new Set(names)].sort()).toEqual([
    'agent-base',
    'ansi-regex',
    'cockatiel',
    'debug',
    'diff',
    'eslint-visitor-keys',
    'eventsource-parser',
    'get-east-asian-width',
    'has-flag',
    'helmet',
    'http-proxy-agent',
    'https-proxy-agent',
    'ms',
    'string-width',
    'strip-ansi',
    'supports-color',
    'toml-eslint-parser',
    'ws',
  ]);
});
