import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openDoor } from '../../../src/cli/output-door.ts';
import { inAscii, needsAscii } from '../../../src/cli/render/ascii.ts';

const terminal = { isTTY: true };

describe('a terminal', () => {
  it.each([
    ['win32', {}],
    ['win32', { TERM: 'cygwin' }],
    ['linux', { TERM: 'linux' }],
    ['linux', { LANG: 'C' }],
    ['linux', { LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }],
    ['linux', { LANG: 'de_DE.ISO-8859-1' }],
    ['darwin', { LC_CTYPE: 'C' }],
  ] as const)('on %s with %j gets ASCII', (platform, env) => {
    expect(needsAscii(terminal, env, platform)).toBe(true);
    expect(needsAscii({}, env, platform)).toBe(false);
  });

  it.each([
    ['win32', { WT_SESSION: 'x' }],
    ['win32', { TERM_PROGRAM: 'vscode' }],
    ['win32', { TERM: 'xterm-256color' }],
    ['win32', { LANG: 'en_US.UTF-8' }],
    ['linux', {}],
    ['linux', { LANG: 'C.UTF-8' }],
    ['linux', { TERM: 'linux', LANG: 'en_US.utf8' }],
    ['linux', { LANG: 'en_US' }],
    ['darwin', { LC_CTYPE: 'UTF-8' }],
  ] as const)('on %s with %j gets all signs', (platform, env) => {
    expect(needsAscii(terminal, env, platform)).toBe(false);
  });
});

describe('in ASCII', () => {
  it('every sign that the command line prints has a stand-in of one column', () => {
    const folder = join(import.meta.dirname, '../../../src/cli');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const code = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
    const signs = [...new Set(code.match(/[^\x00-\x7f]/gu))].filter((sign) => sign !== '§');
    expect(signs.map(inAscii).join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(signs.map(inAscii).join('')).toHaveLength(signs.length);
  });

  it('the words of others stay as they are', () => {
    expect(inAscii('✓ 你好 é → 🙂')).toBe('+ 你好 é > 🙂');
  });

  it('goes through the door, and JSON does not change', async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true });
    const door = openDoor(stream, { LC_ALL: 'C' });
    door.write('✓ done → next\n');
    door.end('{"text":"→"}\n');
    const written = Buffer.concat(await stream.toArray()).toString();
    expect(written).toBe('+ done > next\n{"text":"→"}\n');
  });
});
