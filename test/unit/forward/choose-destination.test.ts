import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkCredential } from '../../../src/forward/route/check-credential.ts';
import { createChooseDestination } from '../../../src/forward/route/choose-destination.ts';
import { checkStatus, reasonPhrase, redirected } from '../../../src/forward/send/check-status.ts';
import { EVERYTHING } from '../../../src/providers/allowance.ts';
import { createBalance } from '../../../src/providers/balance/create-balance.ts';
import { createChooseUpstream } from '../../../src/providers/choose-upstream.ts';
import type { ModelAlias, Routing } from '../../../src/providers/route-model.ts';
import type { Upstream } from '../../../src/providers/upstream.ts';

const upstream = (name: string, parts: Partial<Upstream> = {}): Upstream => ({
  name,
  baseUrl: new URL(`https://${name}.example/v1`),
  credential: { kind: 'own', header: 'authorization', value: 'Bearer k' },
  keyVariable: `${name.toUpperCase()}_API_KEY`,
  native: ['responses', 'chat'],
  headers: {},
  ...parts,
});

const OPENAI = upstream('openai');
const GROQ = upstream('groq', { native: ['chat'] });
const ANTHROPIC = upstream('anthropic', { native: ['messages'], dialect: 'anthropic' });
const CHATGPT = upstream('chatgpt', { credential: { kind: 'client' } });
const SIGNED_IN: IncomingHttpHeaders = { 'chatgpt-account-id': 'a', authorization: 'Bearer a.b.c' };

interface Setup {
  readonly all?: readonly Upstream[];
  readonly aliases?: Readonly<Record<string, ModelAlias>>;
  readonly defaultProvider?: string;
  readonly listed?: Readonly<Record<string, string>>;
}

const createChoice = ({
  all = [OPENAI, GROQ, ANTHROPIC],
  aliases = {},
  defaultProvider = 'openai',
  listed = {},
}: Setup = {}) => {
  const routing: Routing = {
    providers: new Set(all.map(({ name }) => name)),
    aliases: new Map(Object.entries(aliases)),
    defaultProvider,
    listedBy: (model) => listed[model],
  };
  const own = all.find(({ name }) => name === defaultProvider) ?? OPENAI;
  const choose = createChooseDestination({
    routing,
    upstreams: new Map(all.map((one) => [one.name, one])),
    chooseUpstream: createChooseUpstream({ own, chatgpt: CHATGPT, login: 'passthrough' }),
    keys: { pick: (one) => one },
    balance: createBalance({
      health: { restOf: () => 0, latencyOf: () => undefined },
      costOf: () => undefined,
      places: { prepare: () => undefined, find: () => undefined, takeNews: () => undefined },
    }),
  });
  return (model: string | undefined, headers: IncomingHttpHeaders = {}, path = '/responses') => {
    const {
      upstream: chosen,
      fallbacks,
      ...rest
    } = choose({
      ...{ method: 'POST', headers, path, model },
      ...{ members: undefined, allowance: EVERYTHING },
    });
    return {
      ...rest,
      to: chosen.name,
      fallbacks: fallbacks.map((one) => [one.upstream.name, one.model, one.effort]),
    };
  };
};

describe('a request goes', () => {
  it('to the default provider, or where its sign-in pays', () => {
    const choose = createChoice();
    const plain = { model: 'gpt-5', effort: undefined, why: 'default', fallbacks: [] };
    expect(choose('gpt-5')).toEqual({ ...plain, to: 'openai' });
    expect(choose('gpt-5', SIGNED_IN)).toEqual({ ...plain, to: 'chatgpt' });
    expect(choose(undefined, SIGNED_IN)).toEqual({ ...plain, model: undefined, to: 'chatgpt' });
  });

  it('to the provider that it names, whoever is signed in', () => {
    const choose = createChoice();
    expect(choose('groq/llama', SIGNED_IN)).toMatchObject({ to: 'groq', model: 'llama', why: 'prefix' });
    expect(choose('openai/gpt-5', SIGNED_IN)).toMatchObject({ to: 'openai', model: 'gpt-5', why: 'prefix' });
  });

  it('where a sign-in pays if the named provider is the default one and has no key', () => {
    const keyless = upstream('openai', { credential: undefined });
    const choose = createChoice({ all: [keyless, GROQ] });
    expect(choose('openai/gpt-5', SIGNED_IN)).toMatchObject({ to: 'chatgpt' });
    expect(choose('openai/gpt-5')).toMatchObject({ to: 'openai' });
  });

  it('to who lists the model, unless a sign-in has it too', () => {
    const listed = { llama: 'groq', 'gpt-5': 'openai' };
    expect(createChoice({ listed })('llama', SIGNED_IN)).toMatchObject({ to: 'groq', why: 'listed' });
    expect(createChoice({ listed })('gpt-5', SIGNED_IN)).toMatchObject({ to: 'chatgpt', why: 'listed' });
    // A model of a default provider that does not speak Responses is nothing that a sign-in has.
    const choose = createChoice({ listed, defaultProvider: 'groq' });
    expect(choose('llama', SIGNED_IN)).toMatchObject({ to: 'groq', why: 'listed' });
    expect(choose('unlisted', SIGNED_IN)).toMatchObject({ to: 'chatgpt', why: 'default' });
    const bare = upstream('groq', { native: ['chat'], credential: undefined });
    expect(
      createChoice({ all: [bare, OPENAI], listed, defaultProvider: 'groq' })('llama', SIGNED_IN),
    ).toMatchObject({
      to: 'chatgpt',
    });
  });

  it('where an alias leads, with its effort, and on to its fallbacks', () => {
    const aliases = {
      fast: { model: 'groq/llama', effort: 'low', fallbacks: ['gpt-5', 'anthropic/claude'] },
    } as const;
    expect(createChoice({ aliases })('fast')).toEqual({
      to: 'groq',
      model: 'llama',
      effort: 'low',
      why: 'alias',
      fallbacks: [
        ['openai', 'gpt-5', 'low'],
        ['anthropic', 'claude', 'low'],
      ],
    });
    expect(createChoice({ aliases })('fast', SIGNED_IN).fallbacks[0]).toEqual(['chatgpt', 'gpt-5', 'low']);
  });

  it('nowhere that is not configured', () => {
    expect(() => createChoice({ listed: { x: 'nobody' } })('x')).toThrow(
      expect.objectContaining({ code: 'internal_error', message: expect.stringContaining('nobody') }),
    );
  });
});

describe("a request of Anthropic's Messages API goes", () => {
  const ask = (setup: Setup, model: string, path = '/messages') => createChoice(setup)(model, {}, path);

  it.each(['/messages', '/messages?beta=true', '/messages/count_tokens'])('to who speaks it: %s', (path) => {
    expect(ask({}, 'claude', path)).toMatchObject({ to: 'anthropic', model: 'claude', why: 'default' });
  });

  it.each(['/messagesx', '/x/messages', '/responses?a=/messages'])('and no other one: %s', (path) => {
    expect(ask({}, 'claude', path)).toMatchObject({ to: 'openai' });
  });

  it('to the default provider where that speaks it', () => {
    const both = upstream('openai', { native: ['responses', 'messages'] });
    expect(ask({ all: [both, ANTHROPIC] }, 'claude')).toMatchObject({ to: 'openai' });
  });

  it('to one whose dialect it is, and not to another that merely takes it', () => {
    const other = upstream('other', { native: ['messages'], dialect: 'chat' });
    const mute = upstream('mute', { native: ['chat'], dialect: 'anthropic' });
    expect(ask({ all: [OPENAI, other, mute, ANTHROPIC] }, 'claude')).toMatchObject({ to: 'anthropic' });
    expect(ask({ all: [OPENAI, other, mute] }, 'gpt-5')).toMatchObject({ to: 'openai', why: 'default' });
  });

  it('nowhere under a name that only Anthropic has, if it must go to a maker of other models', () => {
    const maker = upstream('openai', { dialect: 'chat', messagesDialect: 'responses' });
    const gemini = upstream('gemini', { native: [], dialect: 'gemini' });
    for (const one of [maker, gemini]) {
      const setup = { all: [one], defaultProvider: one.name };
      expect(() => ask(setup, 'claude-opus-5-5')).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          param: 'model',
          message: expect.stringMatching(/claude-opus-5-5.*aliases.*ANTHROPIC_API_KEY/),
        }),
      );
      const aliases = { 'claude-*': { model: `${one.name}/m`, fallbacks: [] } };
      expect(ask({ ...setup, aliases }, 'claude-opus-5-5')).toMatchObject({ to: one.name, model: 'm' });
    }
    expect(ask({ all: [GROQ], defaultProvider: 'groq' }, 'claude-opus-5-5')).toMatchObject({ to: 'groq' });
  });

  it('to whom the model names, and on to all fallbacks, which are translated to', () => {
    expect(ask({}, 'groq/llama')).toMatchObject({ to: 'groq', model: 'llama', why: 'prefix' });
    const aliases = { fast: { model: 'anthropic/a', fallbacks: ['groq/b', 'anthropic/c'] } };
    expect(ask({ aliases }, 'fast').fallbacks).toHaveLength(2);
  });
});

it('a provider is not asked without its credential', () => {
  expect(() => checkCredential(upstream('groq', { credential: undefined }))).toThrow(
    expect.objectContaining({
      code: 'provider_not_configured',
      message: expect.stringMatching(/no key for groq\.example\. Set GROQ_API_KEY/),
    }),
  );
  for (const credential of [{ kind: 'none' }, { kind: 'client' }] as const) {
    expect(() => checkCredential(upstream('groq', { credential }))).not.toThrow();
  }
});

describe('the status of an answer', () => {
  const check = (statusCode: number | undefined, sent = {}, headers: IncomingHttpHeaders = {}) =>
    checkStatus({ statusCode, headers }, OPENAI, sent);

  it('may be passed on from 200 on, redirects apart', () => {
    for (const status of [200, 299, 400, 599, 999])
      expect([status, check(status)]).toEqual([status, undefined]);
    for (const status of [300, 301, 304, 307, 399]) {
      expect([status, check(status)]).toEqual([
        status,
        expect.objectContaining({ code: 'upstream_redirected' }),
      ]);
    }
    for (const status of [undefined, 0, 99, 101, 199]) {
      expect([status, check(status)]).toEqual([
        status,
        expect.objectContaining({ code: 'HPE_INVALID_STATUS' }),
      ]);
    }
    expect(check(99)?.message).toBe('answered without a status');
  });

  it('may be 304 where the client has a copy', () => {
    for (const name of ['if-none-match', 'if-modified-since']) {
      expect(check(304, { [name]: 'x' })).toBeUndefined();
      expect(check(305, { [name]: 'x' })).toBeDefined();
    }
  });

  it('of a redirect says where it leads, without secrets, and what to set', () => {
    const message = (location?: string, of = OPENAI) =>
      redirected({ statusCode: 302, headers: location === undefined ? {} : { location } }, of).message;
    expect(message('https://ada:pw@other.example/x?key=secret#a')).toMatch(
      /^openai\.example redirects to https:\/\/other\.example\/x \(302\), .*Set OPENAI_BASE_URL to/,
    );
    expect(message('/v2')).toContain('to https://openai.example/v2 (302)');
    expect(message()).toContain('redirects without a target (302)');
    expect(message('http://')).toContain('redirects without a target (302)');
    const long = `https://other.example/${'x'.repeat(300)}`;
    expect(message(long)).toContain(`to ${long.slice(0, 200)} (302)`);
    expect(message('/', CHATGPT)).toContain('Set CHATGPT_BASE_URL');
    expect(message('/', upstream('x', { keyVariable: 'CHATGPT_LOGIN' }))).toContain('Set CHATGPT_BASE_URL');
    expect(message('/', upstream('x', { keyVariable: 'A_API_KEY_B' }))).toContain('Set A_API_KEY_B to');
  });

  it('has a reason phrase of visible characters, or none', () => {
    for (const phrase of ['', 'OK', 'a\tb', 'caf\u00e9', '\x80\xff', ' ~'])
      expect(reasonPhrase(phrase)).toBe(phrase);
    for (const phrase of ['a\nb', '\x7f', 'a\0', '\u0100', '\rOK']) expect(reasonPhrase(phrase)).toBe('');
    expect(reasonPhrase(undefined)).toBe('');
  });
});
