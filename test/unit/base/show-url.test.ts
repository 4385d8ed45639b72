import { expect, it } from 'vitest';
import { showUrl } from '../../../src/base/show-url.ts';

it.each([
  ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
  ['http://user:pass@proxy:3128', 'http://proxy:3128'],
  ['http://user:p%40ss@proxy:3128/x', 'http://proxy:3128/x'],
  ['http://user:p@ss@proxy:3128/x', 'http://proxy:3128/x'],
  ['http://token@host/v1', 'http://host/v1'],
  ['socks5://user:pass@host:1080', 'socks5://host:1080'],
  ['http://host/v1?api-version=2024-10-21', 'http://host/v1?api-version=2024-10-21'],
  ['http://host/v1?key=abc&x=1', 'http://host/v1?key=[redacted]&x=1'],
  ['user:pass@proxy:3128', 'proxy:3128'],
  ['//user:pass@proxy/x', '//proxy/x'],
  ['http://user:pass@bad host/', 'http://bad host/'],
  ['http:/user:pass@proxy', 'http://proxy/'],
  ['http:\\\\user:pass@proxy\\x', 'http://proxy/x'],
  ['not a url', 'not a url'],
])('shows %j as %j', (address, shown) => {
  expect(showUrl(address)).toBe(shown);
});

it('leaves the URL itself as it is', () => {
  const url = new URL('http://user:pass@host/');
  expect(showUrl(url)).toBe('http://host/');
  expect(url.username).toBe('user');
});
