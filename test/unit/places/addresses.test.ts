import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { requireRoute } from '../../../src/guard/match-route.ts';

const load = (env: Record<string, string>) =>
  loadConfig({ flags: {}, env, dotenv: {}, dataDir: '/tmp/none' });
const baseUrlOf = (id: string, env: Record<string, string>): string | undefined =>
  load(env).providers.find((provider) => provider.id === id)?.baseUrl.href;

describe('an address as users write it (K12)', () => {
  it.each([
    ['http://localhost:11434', 'http://localhost:11434/v1'],
    ['http://localhost:11434/', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/v1', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/v1/v1/', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/chat/completions', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/chat/completions/', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/responses', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/responses/compact', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/messages', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/models', 'http://localhost:11434/v1'],
    ['http://localhost:11434/chat/completions', 'http://localhost:11434/v1'],
    ['http://localhost:11434/v1/v1/chat/completions', 'http://localhost:11434/v1'],
    ['https://gateway.corp/openai/v1', 'https://gateway.corp/openai/v1'],
    ['https://gateway.corp/llm', 'https://gateway.corp/llm'],
    ['https://gateway.corp/llm/v1/responses', 'https://gateway.corp/llm/v1'],
    ['https://gateway.corp/v1/v10', 'https://gateway.corp/v1/v10'],
  ])('%s is %s', (given, expected) => {
    expect(baseUrlOf('openai', { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: given })).toBe(expected);
  });

  it.each([
    ['anthropic', 'ANTHROPIC', 'https://proxy.corp', 'https://proxy.corp/v1'],
    ['anthropic', 'ANTHROPIC', 'https://proxy.corp/v1/messages', 'https://proxy.corp/v1'],
    ['gemini', 'GEMINI', 'https://proxy.corp', 'https://proxy.corp/v1beta'],
    [
      'gemini',
      'GEMINI',
      'https://proxy.corp/v1beta/models/gemini-3:generateContent',
      'https://proxy.corp/v1beta',
    ],
    ['groq', 'GROQ', 'https://api.groq.com', 'https://api.groq.com/openai/v1'],
    [
      'openrouter',
      'OPENROUTER',
      'https://openrouter.ai/api/v1/chat/completions',
      'https://openrouter.ai/api/v1',
    ],
    ['deepseek', 'DEEPSEEK', 'https://api.deepseek.com/chat/completions', 'https://api.deepseek.com/'],
    ['ollama', 'OLLAMA', 'http://localhost:11434', 'http://localhost:11434/v1'],
  ])("%s's %s_BASE_URL=%s is %s", (id, prefix, given, expected) => {
    const env = { [`${prefix}_API_KEY`]: 'k', [`${prefix}_BASE_URL`]: given };
    expect(baseUrlOf(id, env)).toBe(expected);
  });

  it.each(['localhost:11434', 'ftp://localhost/v1', 'http://localhost/v1?key=1', 'http://'])(
    '%s is refused by the name of its variable',
    (given) => {
      expect(() => load({ OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: given })).toThrow(/OPENAI_BASE_URL/);
    },
  );
});

describe("a client's base URL that says more than it should (K12)", () => {
  it.each([
    ['/v1/responses', '/responses'],
    ['/v1/v1/responses', '/responses'],
    ['/v1/v1/v1/chat/completions?a=1', '/chat/completions?a=1'],
    ['/responses', '/responses'],
    ['/v1/responses/responses', '/responses'],
    ['/v1/chat/completions/chat/completions', '/chat/completions'],
    ['/v1/chat/completions/models', '/models'],
    ['/v1/responses/resp_1', '/responses/resp_1'],
    ['/v1/responses/compact', '/responses/compact'],
    ['/v1/responses/resp_1/input_items', '/responses/resp_1/input_items'],
  ])('%s is %s', (url, path) => {
    expect(requireRoute('POST', url)).toMatchObject({ path });
  });

  it.each(['/v1/v1/../admin', '/v1/v1//host/responses'])('%s is nothing', (url) => {
    expect(() => requireRoute('POST', url)).toThrow(/nothing is served/);
  });
});
