import { describe, expect, it } from 'vitest';
import { bypassProxyFor, findProxyBefore } from '../../../src/codex/run/bypass-proxy.ts';

const gateway = new URL('http://localhost:8080/v1');
const LOOPBACK = 'localhost,127.0.0.1,::1';

describe('bypassProxyFor', () => {
  it.each([
    [{}, LOOPBACK, LOOPBACK],
    [{ NO_PROXY: 'corp' }, `corp,${LOOPBACK}`, `corp,${LOOPBACK}`],
    [{ no_proxy: 'corp' }, `corp,${LOOPBACK}`, `corp,${LOOPBACK}`],
    [{ NO_PROXY: 'a', no_proxy: 'b' }, `a,${LOOPBACK}`, `b,${LOOPBACK}`],
    [{ NO_PROXY: '', no_proxy: 'b' }, `b,${LOOPBACK}`, `b,${LOOPBACK}`],
    [{ NO_PROXY: 'LOCALHOST, 127.0.0.1,' }, 'LOCALHOST, 127.0.0.1,::1', 'LOCALHOST, 127.0.0.1,::1'],
    [{ NO_PROXY: '*' }, '*', '*'],
  ])('turns %j into %s and %s', (env, upper, lower) => {
    expect(bypassProxyFor(gateway, env)).toEqual({ NO_PROXY: upper, no_proxy: lower });
  });

  it('adds an address of the gateway that is not loopback', () => {
    expect(bypassProxyFor(new URL('http://10.0.0.5:8080'), {}).NO_PROXY).toBe(`${LOOPBACK},10.0.0.5`);
    expect(bypassProxyFor(new URL('http://[fd00::1]:8080'), {}).NO_PROXY).toBe(`${LOOPBACK},fd00::1`);
  });
});

describe('findProxyBefore', () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: 'http://proxy:1' }, undefined],
    [{ HTTP_PROXY: 'http://proxy:1' }, 'HTTP_PROXY'],
    [{ all_proxy: 'proxy:1' }, 'all_proxy'],
    [{ HTTP_PROXY: 'http://proxy:1', NO_PROXY: 'corp' }, 'HTTP_PROXY'],
    [{ HTTP_PROXY: 'http://proxy:1', NO_PROXY: 'corp', no_proxy: 'localhost' }, 'HTTP_PROXY'],
    [{ HTTP_PROXY: 'http://proxy:1', NO_PROXY: 'localhost' }, undefined],
    [{ HTTP_PROXY: 'http://proxy:1', no_proxy: 'localhost:8080' }, undefined],
    [{ HTTP_PROXY: 'http://proxy:1', NO_PROXY: '*' }, undefined],
  ])('in %j is %s', (env, expected) => {
    expect(findProxyBefore(gateway, env)).toBe(expected);
  });
});
