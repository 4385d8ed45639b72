import { describe, expect, it } from 'vitest';
import { bypassesProxy } from '../../../src/forward/send/no-proxy.ts';

describe('bypassesProxy', () => {
  it.each([
    ['https://api.openai.com/v1', undefined, false],
    ['https://api.openai.com/v1', '', false],
    ['https://api.openai.com/v1', 'openai.com', true],
    ['https://api.openai.com/v1', '.openai.com', true],
    ['https://api.openai.com/v1', '*.openai.com', true],
    ['https://api.openai.com/v1', 'OPENAI.com', true],
    ['https://notopenai.com/v1', 'openai.com', false],
    ['https://openai.com/v1', 'other.org, openai.com', true],
    ['https://openai.com/v1', 'openai.com:443', true],
    ['https://openai.com/v1', 'openai.com:8443', false],
    ['https://openai.com:8443/v1', 'openai.com:8443', true],
    ['https://openai.com/v1', '*', true],
    ['http://localhost:9000/v1', undefined, true],
    ['http://127.0.0.1:9000/v1', undefined, true],
    ['http://[::1]:9000/v1', undefined, true],
  ])('for %s with NO_PROXY=%s is %s', (target, noProxy, expected) => {
    expect(bypassesProxy(new URL(target), noProxy)).toBe(expected);
  });
});
