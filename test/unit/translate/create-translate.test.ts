import { describe, expect, it } from 'vitest';
import type { AnswerSink } from '../../../src/translate/answer-sink.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { responsesSpec } from '../../../src/translate/responses/spec.ts';
import type { DialectSpec, TranslateInput } from '../../../src/translate/translation.ts';
import { CHAT_EVENTS } from '../../support/streams/sample-streams.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { createTestTranslate } from '../../support/translate/translating-fetch.ts';

const translate = createTestTranslate();
const translated = (request: unknown, members: Partial<TranslateInput> = {}) =>
  translate({
    api: 'responses',
    path: '/responses',
    body: Buffer.from(typeof request === 'string' ? request : JSON.stringify(request)),
    model: 'real-model',
    spec: createChatSpec(),
    ...members,
  });
const ASK = { model: 'alias', input: 'Hello', stream: true, store: false };

describe('a translation', () => {
  it('names path, body, dialect and all losses, each once', () => {
    const tools = [{ type: 'web_search' }, { type: 'web_search' }, { type: 'local_shell' }];
    const { path, body, dialect, losses } = translated({ ...ASK, tools, service_tier: 'flex', user: 'u' });
    expect({ path, dialect }).toEqual({ path: '/chat/completions', dialect: 'chat' });
    expect(JSON.parse(body.toString())).toMatchObject({ model: 'real-model', stream: true });
    expect(losses).toEqual(['local_shell tool', 'service_tier', 'web_search tool', 'user']);
  });

  it.each(['[]', 'null', '{"model"', ''])('of no JSON object is refused: %s', (body) => {
    expect(() => translated(body)).toThrow(expect.objectContaining({ code: 'invalid_json', status: 400 }));
  });

  it('says an event as soon as it can be said', () => {
    const answer = translated(ASK).answer(200, 'text/event-stream; charset=utf-8');
    expect(answer.contentType).toBe('text/event-stream; charset=utf-8');
    expect(answer.push(Buffer.from(CHAT_EVENTS[0] ?? '')).toString()).toContain('event: response.created');
    expect(answer.push(Buffer.from(CHAT_EVENTS[1] ?? '')).toString()).toContain('response.output_text.delta');
    const rest = CHAT_EVENTS.slice(2).join('');
    expect(answer.push(Buffer.from(rest)).toString()).toContain('event: response.completed');
    expect(answer.end()).toHaveLength(0);
  });

  it('gives an object to a client that wants no stream, from a provider that streams all the same', () => {
    const answer = translated({ ...ASK, stream: false }).answer(200, 'Text/Event-Stream');
    expect(answer.contentType).toBe('application/json');
    expect(answer.push(Buffer.from(CHAT_EVENTS.join('')))).toHaveLength(0);
    expect(JSON.parse(answer.end().toString())).toMatchObject({ object: 'response', status: 'completed' });
  });
});

describe('a prompt cache', () => {
  const keyOf = (body: Buffer): unknown => JSON.parse(body.toString()).prompt_cache_key;
  const spec = responsesSpec;

  it('is asked for by a key of the session, the same in each of its requests and no name of the client', () => {
    const { body, caching } = translated(ASK, { spec, session: 'my-session' });
    expect(caching).toBe('prompt_cache_key of the session');
    expect(keyOf(body)).toMatch(/^[0-9a-f]{32}$/);
    expect(keyOf(translated({ ...ASK, input: 'More' }, { spec, session: 'my-session' }).body)).toBe(
      keyOf(body),
    );
    expect(keyOf(translated(ASK, { spec, session: 'another' }).body)).not.toBe(keyOf(body));
  });

  it("is asked for by the client's own key where it has one", () => {
    const { body, caching } = translated(
      { ...ASK, prompt_cache_key: 'own' },
      { spec, session: 'my-session' },
    );
    expect({ key: keyOf(body), caching }).toEqual({ key: 'own', caching: undefined });
  });

  it('is not asked for without a session, where it is turned off, or where the provider knows no key', () => {
    for (const members of [{ spec }, { spec, session: 'a', promptCaching: false }, { session: 'a' }]) {
      const { body, caching } = translated(ASK, members);
      expect({ key: keyOf(body), caching }).toEqual({ key: undefined, caching: undefined });
    }
  });
});

describe('an error answer', () => {
  const said = (status: number, body: string | Buffer, request: object = ASK): unknown => {
    const answer = translated(request).answer(status, 'text/html');
    expect(answer.contentType).toBe('application/json');
    expect(answer.push(Buffer.from(body))).toHaveLength(0);
    return JSON.parse(answer.end().toString());
  };

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [404, 'not_found_error'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [503, 'server_error'],
  ])('%i is an envelope with the words of the provider', (status, type) => {
    expect(said(status, 'Sorry')).toEqual({ error: { message: 'Sorry', type, code: null, param: null } });
  });

  it('is bounded, whatever a proxy answers', () => {
    const { error } = said(502, Buffer.alloc(2 ** 20, 'x')) as { error: { message: string } };
    expect(error.message.length).toBeLessThan(1000);
  });
});

it('an answer that its reader cannot take is a failure of that answer, and says why', () => {
  const broken: DialectSpec = {
    ...createChatSpec(),
    createReader: (sink: AnswerSink) => ({
      push: () => {
        sink.text('Hel');
        throw new TypeError('x is not a function');
      },
      end: () => {},
    }),
  };
  const answer = translated(ASK, { spec: broken }).answer(200, 'text/event-stream');
  const written =
    answer.push(Buffer.from('data: {}\n\n')).toString() + answer.push(Buffer.from('x')).toString();
  const { response } = checkGrammar(written + answer.end().toString());
  expect(response).toMatchObject({
    status: 'failed',
    error: { code: 'upstream_answer_unreadable', message: expect.stringContaining('x is not a function') },
  });
});
