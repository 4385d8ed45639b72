import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/base/errors.ts';
import { capacityOf, checkCapacity } from '../../../src/guard/checks/check-capacity.ts';
import { checkFraming } from '../../../src/guard/checks/check-framing.ts';
import { checkHandshake } from '../../../src/guard/checks/check-handshake.ts';
import { checkLoop } from '../../../src/guard/checks/check-loop.ts';
import { checkMethod } from '../../../src/guard/checks/check-method.ts';
import { checkRead } from '../../../src/guard/checks/check-read.ts';
import { createErrorAnswer } from '../../../src/guard/error-answer.ts';
import { requireRoute } from '../../../src/guard/match-route.ts';
import { audienceOf } from '../../../src/guard/speaks-as.ts';
import { codeOf, headWith, refusalOf } from './request-head.ts';

describe('the framing of a request', () => {
  const refusal = (rawHeaders: string[], coding?: string, httpVersion = '1.1') =>
    refusalOf(() =>
      checkFraming(
        headWith({
          rawHeaders,
          httpVersion,
          headers: coding === undefined ? {} : { 'transfer-encoding': coding },
        }),
      ),
    );

  const framing = (...parts: Parameters<typeof refusal>) => refusal(...parts)?.code;

  it('has one Host, whatever its letters, and may have none over HTTP/1.0', () => {
    expect(framing(['hOsT', 'a', 'accept', 'host'])).toBeUndefined();
    expect(framing(['accept', 'host'])).toBe('invalid_request');
    expect(framing(['accept', '*/*'], undefined, '1.0')).toBeUndefined();
    expect(framing(['host', 'a', 'HOST', 'a'])).toBe('invalid_request');
    expect(framing(['host', 'a', 'host', 'a'], undefined, '1.0')).toBe('invalid_request');
  });

  it('takes no other field of four letters for a Host', () => {
    expect(framing(['host', 'a', 'date', 'b'])).toBeUndefined();
    expect(framing(['date', 'host'])).toBe('invalid_request');
  });

  it('ends the connection where it is refused, and is described in a bounded number of characters', () => {
    const none = refusal([]);
    expect(none?.message).toContain('has no Host lines');
    expect(none?.headers).toEqual({ connection: 'close' });
    expect(refusal(['host', 'a', 'host', 'a'])?.message).toContain('has 2 Host lines');
    expect(refusal(['host', 'a'], 'x'.repeat(200))?.message).toContain(`(${'x'.repeat(50)})`);
  });

  it('knows chunks, and those over HTTP/1.1 alone', () => {
    expect(framing(['host', 'a'], 'Chunked')).toBeUndefined();
    expect(framing(['host', 'a'], 'gzip, chunked')).toBe('invalid_request');
    expect(framing(['host', 'a'], '')).toBe('invalid_request');
    expect(framing(['host', 'a'], 'chunked', '1.0')).toBe('invalid_request');
  });
});

describe('the handshake of a WebSocket', () => {
  const HEADERS = {
    upgrade: 'WebSocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const shake = (headers: IncomingHttpHeaders = {}, path = '/responses', method = 'GET') =>
    codeOf(() =>
      checkHandshake(
        headWith({ method, headers: { ...HEADERS, ...headers } }),
        { path, native: undefined },
        'auto',
      ),
    );

  it.each(['/responses', '/responses/', '/responses?a=b', '/responses/?a=b'])('is served at %s', (path) => {
    expect(shake({}, path)).toBeUndefined();
  });

  it.each(['/responses/compact', '/x/responses', '/responsesx', '/'])('is not served at %s', (path) => {
    expect(shake({}, path)).toBe('websocket_not_supported');
  });

  it('wants an upgrade to WebSocket, version 13, a GET and a key of 22 characters', () => {
    expect(shake({ upgrade: 'h2c' })).toBe('websocket_not_supported');
    expect(shake({ upgrade: undefined })).toBe('websocket_not_supported');
    expect(shake({ 'sec-websocket-version': '12' })).toBe('websocket_not_supported');
    expect(shake({ 'sec-websocket-version': undefined })).toBe('websocket_not_supported');
    expect(shake({ 'sec-websocket-key': undefined })).toBe('invalid_request');
    expect(shake({ 'sec-websocket-key': 'xdGhlIHNhbXBsZSBub25jZQ==' })).toBe('invalid_request');
    expect(shake({ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==x' })).toBe('invalid_request');
    expect(shake({}, '/responses', 'POST')).toBe('invalid_request');
  });

  it('is refused by the setting', () => {
    const check = () =>
      checkHandshake(headWith({ headers: HEADERS }), { path: '/responses', native: undefined }, 'off');
    expect(check).toThrow('WEBSOCKETS=off');
  });
});

describe('a route', () => {
  const route = (url: string): string | undefined => {
    let path: string | undefined;
    const refusal = refusalOf(() => {
      path = requireRoute('GET', url).path;
    });
    expect([undefined, 'unknown_route']).toContain(refusal?.code);
    return path;
  };

  it.each([
    ['/v1/responses', '/responses'],
    ['/responses?x=/../', '/responses?x=/../'],
    ['/v1/v1/v1/models', '/models'],
    ['/v1/responses/models?x', '/models?x'],
    ['/v1/chat/completions/chat/completions', '/chat/completions'],
    ['/messages/messages', '/messages'],
    ['/messages?beta=true', '/messages?beta=true'],
    ['/messages/count_tokens', '/messages/count_tokens'],
    ['//v1/messages', '/messages'],
    ['///responses', '/responses'],
    ['/v1//chat/completions', '/chat/completions'],
    ['//v1//models?x', '/models?x'],
    ['/v1/files/..hidden', '/files/..hidden'],
    ['/v1/files/a..', '/files/a..'],
    ['/v1/files/...', '/files/...'],
    ['/v1/a//b', '/a//b'],
    ['/models', '/models'],
  ])('%s is %s', (url, path) => {
    expect(route(url)).toBe(path);
  });

  it.each([
    '/v1/',
    '/v1',
    '/v1//evil.example/x',
    '//evil.example/v1/models',
    '//responses.evil.example/x',
    '//v1/evil.example',
    '/v1//modelsx',
    '//admin/api/v1/keys',
    '/v1/\\evil.example',
    '/v1/files/..',
    '/v1/files/../x',
    '/v1/files/.?x',
    '/v1/files/%2e%2E/x',
    '/v1/files/%252e%252e',
    '/v1/files/%25252e%25252e/x',
    '/v1/files%2f..%2fx',
    '/v1/files/..;/x',
    '/v1/files/%20..%00/x',
    '/v1/%c0%ae%c0%ae/x',
    '/v1/files/..\\x',
    '/modelsx',
    '/x/v1/models',
    '/p/',
    '/p/openai',
    '/p/.openai/models',
    '/p/openai//evil.example',
    '/p/openai/%2e%2e/x',
    '/p/a%2f/x',
  ])('%s is none', (url) => {
    expect(route(url)).toBeUndefined();
  });

  it('names the provider of a native one, and keeps what follows', () => {
    expect(requireRoute('POST', '/p/my.ai-1/v1beta/models/x:y?a=/..')).toEqual({
      path: '/p/my.ai-1/v1beta/models/x:y?a=/..',
      native: { provider: 'my.ai-1', path: '/v1beta/models/x:y?a=/..' },
    });
  });

  it('that is read is answered here for responses alone', () => {
    const read = (method: string, path: string) =>
      codeOf(() => checkRead({ method, headers: {} }, { path, native: undefined }));
    for (const method of ['GET', 'HEAD']) {
      expect([method, read(method, '/responses'), read(method, '/responses/?x')]).toEqual([
        method,
        'method_not_allowed',
        'method_not_allowed',
      ]);
      expect(read(method, '/responses/resp_1')).toBeUndefined();
      expect(read(method, '/x/responses')).toBeUndefined();
    }
    expect(read('POST', '/responses')).toBeUndefined();
  });

  it('that is the rest of a handshake, as some proxies leave it, is told to go on over HTTP', () => {
    const headers = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
    const read = (method: string, path: string) =>
      refusalOf(() => checkRead({ method, headers }, { path, native: undefined }));
    expect(read('GET', '/responses')).toMatchObject({
      code: 'websocket_not_supported',
      status: 426,
      message: expect.stringContaining('a proxy on the way took the Upgrade header off'),
    });
    expect(read('GET', '/realtime?model=x')?.code).toBe('websocket_not_supported');
    expect(read('GET', '/models')).toBeUndefined();
    expect(read('POST', '/responses')).toBeUndefined();
  });
});

describe('the other checks', () => {
  it('let as many be served as are allowed, and not one more', () => {
    expect(codeOf(() => checkCapacity(2, capacityOf(2)))).toBeUndefined();
    expect(codeOf(() => checkCapacity(3, capacityOf(2)))).toBe('overloaded');
  });

  it('find this process anywhere in Via, and no other', () => {
    const loop = (via?: string) => codeOf(() => checkLoop(via === undefined ? {} : { via }, '1.1 gomodel-a'));
    expect(loop('1.1 proxy, 1.1 gomodel-a ,1.1 other')).toBe('loop_detected');
    expect(loop('1.1 gomodel-ab')).toBeUndefined();
    expect(loop()).toBeUndefined();
  });

  it('take the methods that an API has, in capital letters', () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect([method, codeOf(() => checkMethod(method))]).toEqual([method, undefined]);
    }
    for (const method of ['TRACE', 'CONNECT', 'get', '', 'PROPFIND']) {
      expect([method, codeOf(() => checkMethod(method))]).toEqual([method, 'method_not_allowed']);
    }
  });
});

describe('a refusal', () => {
  const audience = (headers: IncomingHttpHeaders, method = 'POST', target = '/v1/responses') =>
    audienceOf(method, target, headers);

  it('speaks as its reader does', () => {
    expect(audience({})).toBe('openai');
    expect(audience({ originator: 'Codex Desktop' })).toBe('codex');
    expect(audience({ 'user-agent': 'codex_exec/1' })).toBe('codex');
    expect(audience({ 'user-agent': 'not codex' })).toBe('openai');
    expect(audience({ 'x-codex-turn-metadata': '' })).toBe('codex');
    expect(audience({ originator: 'codex_exec' }, 'GET')).toBe('openai');
    expect(audience({ originator: 'codex_exec', 'anthropic-version': '1' })).toBe('messages');
    for (const target of ['/v1/messages', '/v1/messages?x', '/v1/messages/count_tokens']) {
      expect([target, audience({}, 'POST', target)]).toEqual([target, 'messages']);
    }
    for (const target of ['/v1/messagesx', '/v1/files?a=/messages']) {
      expect([target, audience({}, 'POST', target)]).toEqual([target, 'openai']);
    }
  });

  it('is a 400 for Codex where it lasts, and nowhere else', () => {
    const answer = (code: 'invalid_api_key' | 'overloaded', who: 'codex' | 'openai' | 'messages') => {
      const { status, body } = createErrorAnswer(new GatewayError(code, 'no.'), 'r1', who);
      const { type, error, request_id } = JSON.parse(body);
      return [status, type, error.type, request_id];
    };
    expect(answer('invalid_api_key', 'codex')).toEqual([400, undefined, 'authentication_error', 'r1']);
    expect(answer('invalid_api_key', 'openai')).toEqual([401, undefined, 'authentication_error', undefined]);
    expect(answer('overloaded', 'codex')).toEqual([503, undefined, 'provider_error', undefined]);
    expect(answer('overloaded', 'messages')).toEqual([503, 'error', 'api_error', 'r1']);
    expect(answer('invalid_api_key', 'messages')).toEqual([401, 'error', 'authentication_error', 'r1']);
  });

  it('counts its length in bytes', () => {
    const { headers, body } = createErrorAnswer(new GatewayError('unknown_route', 'ä'), 'r1');
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });
});
