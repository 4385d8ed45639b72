import { describe, expect, it } from 'vitest';
import { readProxies } from '../../../src/config/providers/read-proxies.ts';

describe('readProxies', () => {
  it.each([
    ['127.0.0.1:3128', 'http://127.0.0.1:3128'],
    ['proxy.corp:8080', 'http://proxy.corp:8080'],
    ['localhost:3128', 'http://localhost:3128'],
    ['proxy', 'http://proxy'],
    ['[::1]:3128', 'http://[::1]:3128'],
    ['user:pass@proxy:8080', 'http://user:pass@proxy:8080'],
    ['user:p%40ss@proxy:8080', 'http://user:p%40ss@proxy:8080'],
    ['//proxy:8080', 'http://proxy:8080'],
    [' http://proxy:8080/ ', 'http://proxy:8080/'],
    ['HTTPS://proxy:8443', 'HTTPS://proxy:8443'],
    ['socks5h://127.0.0.1:1080', 'socks5h://127.0.0.1:1080'],
  ])('takes %s for %s', (value, expected) => {
    expect(readProxies({ HTTP_PROXY: value })).toEqual({ http: expected });
  });

  it.each([
    ['http_proxy', 'http://proxy:port'],
    ['HTTP_PROXY', 'http://:3128'],
    ['HTTPS_PROXY', 'http://user:pa#ss@proxy:8080'],
    ['https_proxy', 'http://user:50%off@proxy:8080'],
    ['ALL_PROXY', 'ftp://proxy:21'],
    ['all_proxy', 'file:///etc/proxy'],
    ['HTTPS_PROXY', 'two words'],
  ])('refuses %s=%s by its name, without its value', (name, value) => {
    expect(() => readProxies({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(`^${name} `) }),
    );
    expect(() => readProxies({ [name]: value })).not.toThrow(value);
  });

  it('prefers lower case, and a variable of the scheme to ALL_PROXY, which may then be anything', () => {
    const env = { HTTP_PROXY: 'a', http_proxy: 'b', HTTPS_PROXY: 'c', ALL_PROXY: 'ftp://d', NO_PROXY: ' x ' };
    expect(readProxies(env)).toEqual({ http: 'http://b', https: 'http://c', no: 'x' });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readProxies({ HTTP_PROXY: '', https_proxy: ' ', NO_PROXY: '' })).toEqual({});
  });
});
