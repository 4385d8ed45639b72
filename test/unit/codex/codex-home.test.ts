import { describe, expect, it } from 'vitest';
import { findCodexHome, resolveCodexHome } from '../../../src/codex/run/codex-home.ts';

const AT = { homeDir: '/home/me', cwd: '/work', flag: undefined, env: {} };

describe("Codex's folder", () => {
  it('is the one of the flag, of the variable, or the usual one', () => {
    expect(resolveCodexHome({ ...AT, flag: 'x', env: { CODEX_HOME: '/y' } })).toBe('/work/x');
    expect(resolveCodexHome({ ...AT, env: { CODEX_HOME: '/y' } })).toBe('/y');
    expect(resolveCodexHome({ ...AT, env: { CODEX_HOME: '' } })).toBe('/home/me/.codex');
  });

  it('is below the home folder for a flag that no shell has expanded', () => {
    expect(resolveCodexHome({ ...AT, flag: '~/codex' })).toBe('/home/me/codex');
  });

  it.each(['~/.codex', '~'])(
    'is not %s of the variable, which Codex takes for a folder called ~',
    (value) => {
      const sources = { ...AT, env: { CODEX_HOME: value } };
      expect(() => resolveCodexHome(sources)).toThrow(
        /CODEX_HOME is "~.*Write the whole path, such as \/home/,
      );
      expect(findCodexHome(sources)).toBeUndefined();
    },
  );

  it('may be called like somebody’s home folder', () => {
    expect(resolveCodexHome({ ...AT, env: { CODEX_HOME: '~me' } })).toBe('/work/~me');
  });
});
