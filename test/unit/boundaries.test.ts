import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

/** Rooms by how far they are from the ground: a room imports from lower ones only. */
const LEVELS: Readonly<Record<string, number>> = {
  base: 0,
  coding: 1,
  json: 1,
  sse: 1,
  translate: 2,
  providers: 3,
  config: 4,
  state: 1,
  probe: 5,
  objects: 5,
  log: 5,
  codex: 5,
  conversation: 6,
  forward: 6,
  fleet: 6,
  guard: 6,
  http: 7,
  websocket: 7,
  admin: 7,
  metrics: 7,
  telemetry: 7,
  identity: 7,
  postgres: 7,
  server: 8,
  cli: 9,
};

/** Each of these has one room that knows it. */
const OWNERS: Readonly<Record<string, string>> = {
  commander: 'cli',
  express: 'server',
  chalk: 'cli',
  'http-proxy-middleware': 'forward',
  cockatiel: 'forward',
  '@mongodb-js/zstd': 'coding',
  zstddec: 'coding',
  lowdb: 'state',
  'eventsource-parser': 'sse',
  ws: 'websocket',
  helmet: 'admin',
  yaml: 'config',
  zod: 'config',
  '@pydantic/genai-prices': 'providers',
  acorn: 'conversation',
  aws4fetch: 'providers',
  'google-auth-library': 'providers',
  'prom-client': 'metrics',
  pg: 'postgres',
  'openid-client': 'identity',
  jose: 'identity',
};

/** Constructs what the others know by its port. */
const OPENS_THE_LOG = ['server/open-log.ts'];

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const importsOf = (file: string): Import[] => {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gms,
  );
  return [...found].map(([, type, from, dynamic]) => ({
    file,
    room: file.split('/')[0] ?? '',
    target: from ?? dynamic ?? '',
    typeOnly: type !== undefined,
  }));
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !file.startsWith('dashboard/'),
);
const imports = files.flatMap(importsOf);
const roomOf = ({ file, target }: Import): string =>
  relative(SRC, resolve(SRC, dirname(file), target)).split('/')[0] ?? '';

describe('the rooms', () => {
  it('import downwards only', () => {
    const upward = imports
      .filter(({ target }) => target.startsWith('.'))
      .map((found) => ({ ...found, into: roomOf(found) }))
      .filter(({ room, into, target }) => room !== into && !target.includes('package.json'))
      .filter(({ room, into }) => (LEVELS[into] ?? Number.POSITIVE_INFINITY) >= (LEVELS[room] ?? -1))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(upward).toEqual([]);
  });

  it('are all known here', () => {
    expect([...new Set(imports.map(({ room }) => room))].filter((room) => !(room in LEVELS))).toEqual([]);
  });

  it('leave each package to the one room that knows it', () => {
    const strays = imports
      .filter(({ target, room, typeOnly }) => !typeOnly && target in OWNERS && OWNERS[target] !== room)
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(strays).toEqual([]);
  });

  it('know the log by its port alone', () => {
    const strays = imports
      .filter(({ target }) => target.startsWith('.'))
      .map((found) => ({ ...found, path: relative(SRC, resolve(SRC, dirname(found.file), found.target)) }))
      .filter(({ path, room }) => path.startsWith('log/') && room !== 'log')
      .filter(({ room, path }) =>
        ['admin', 'cli'].includes(room)
          ? path !== 'log/port.ts'
          : /^log\/(?:files|journal|bodies)\//.test(path),
      )
      .filter(({ file }) => !OPENS_THE_LOG.includes(file))
      .map(({ file, path }) => `${file} imports ${path}`);
    expect(strays).toEqual([]);
  });

  it('leave the process to the command line', () => {
    const touching = files
      .filter((file) => !file.startsWith('cli/'))
      .filter((file) => /\bprocess\.(?:env|exit|argv)\b/.test(readFileSync(join(SRC, file), 'utf8')));
    expect(touching).toEqual([]);
  });
});
