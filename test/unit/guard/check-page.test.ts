import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkPage } from '../../../src/guard/checks/check-page.ts';
import type { RequestHead } from '../../../src/guard/request-head.ts';
import { codeOf, headWith, refusalOf } from './request-head.ts';

const check = (headers: IncomingHttpHeaders, isGuarded = false, parts: Partial<RequestHead> = {}): unknown =>
  codeOf(() => checkPage(headWith({ headers, ...parts }), isGuarded));

const FORBIDDEN = 'forbidden_origin';

describe('the Host of a gateway without a key', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST',
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:8080',
    'a.localhost',
  ])('may be %s', (host) => {
    expect(check({ host })).toBeUndefined();
  });

  it.each(['evil.example', 'localhost.evil.example', '128.0.0.1', '[::2]', 'a b', '', '10.0.0.1:8080'])(
    'may not be "%s", neither before nor after a request under a local name',
    (host) => {
      expect(check({ host })).toBe(FORBIDDEN);
      expect(check({ host: 'localhost:8080' })).toBeUndefined();
      expect(check({ host })).toBe(FORBIDDEN);
      expect(check({ host })).toBe(FORBIDDEN);
    },
  );

  it('may be absent, as over HTTP/1.0', () => {
    expect(check({})).toBeUndefined();
  });

  it('is quoted with 100 characters of it', () => {
    const refusal = refusalOf(() => checkPage(headWith({ headers: { host: 'h'.repeat(200) } }), false));
    expect(refusal?.message).toContain(`not ${'h'.repeat(100)}. Use`);
  });

  it('does not matter where a key is needed', () => {
    expect(check({ host: 'gateway.example' }, true)).toBeUndefined();
  });
});

describe('the Origin of a request', () => {
  const host = 'localhost:8080';

  it.each(['http://localhost:8080', 'https://localhost:8080'])('may be the gateway’s own: %s', (origin) => {
    expect(check({ host, origin })).toBeUndefined();
  });

  it('may be written with other letters than Host', () => {
    expect(check({ host: 'LocalHost:8080', origin: 'http://localhost:8080' })).toBeUndefined();
  });

  it.each([
    'http://localhost:8081',
    'http://localhost',
    'http://evil.example',
    'null',
    'ftp://localhost:8080',
    'x-http://localhost:8080',
    'http://',
    'vscode-webview://abc',
    '',
  ])('may not be "%s" without a key', (origin) => {
    expect(check({ host, origin })).toBe(FORBIDDEN);
  });

  it('is nobody’s own where Host is absent', () => {
    expect(check({ origin: 'http://localhost:8080' })).toBe(FORBIDDEN);
  });

  it('may be any where a model is asked with a key, and not in the dashboard', () => {
    const headers = { host, origin: 'http://evil.example' };
    expect(check(headers, true)).toBeUndefined();
    expect(check(headers, true, { surface: 'admin' })).toBe(FORBIDDEN);
    expect(check(headers, true, { surface: 'health' })).toBe(FORBIDDEN);
  });

  it('is quoted with 100 characters of it, and the key is advised where there is none', () => {
    const headers = { host, origin: `http://${'e'.repeat(200)}` };
    const messageOf = (isGuarded: boolean): string =>
      refusalOf(() => checkPage(headWith({ headers, surface: 'admin' }), isGuarded))?.message ?? '';
    expect(messageOf(true)).toContain(`(http://${'e'.repeat(93)})`);
    expect(messageOf(true)).not.toContain('GOMODEL_MASTER_KEY');
    expect(messageOf(false)).toContain('set GOMODEL_MASTER_KEY');
  });
});

describe('an app that has an origin of its own', () => {
  const app = (origin: string) => ({ origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' });

  it.each(['vscode-webview://abc', 'app://.', 'Tauri://localhost', 'chrome-extension://abc', 'x1+.-://y'])(
    'is served with a key, and with no other: %s',
    (origin) => {
      expect(check(app(origin), true)).toBeUndefined();
      expect(check(app(origin), false)).toBe(FORBIDDEN);
    },
  );

  it.each([
    'http://evil.example',
    'HTTPS://evil.example',
    'file://',
    'blob://x',
    'data://x',
    'about://x',
    'null',
    '1app://x',
    ' app://x',
    'app:/x',
  ])('is not "%s"', (origin) => {
    expect(check(app(origin), true)).toBe(FORBIDDEN);
  });

  it('is not a page that hides its origin', () => {
    expect(check({ 'sec-fetch-site': 'cross-site' }, true)).toBe(FORBIDDEN);
  });
});

describe('a link to the dashboard', () => {
  const link = {
    host: 'localhost:8080',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  const open = (target: string, parts: Partial<RequestHead> = {}, headers: IncomingHttpHeaders = {}) =>
    check({ ...link, ...headers }, false, { surface: 'admin', method: 'GET', target, ...parts });

  it.each(['/admin', '/admin/dashboard/audit', '/admin/apiary', '/admin/dashboard?to=/admin/api'])(
    'opens %s',
    (target) => {
      expect(open(target)).toBeUndefined();
    },
  );

  it.each(['/admin/api', '/admin/api/v1/session', '/admin/api?x'])('does not open %s', (target) => {
    expect(open(target)).toBe(FORBIDDEN);
  });

  it('is no other page where an address is typed in', () => {
    const typed = { host: 'localhost', 'sec-fetch-site': 'none' };
    expect(check(typed, false, { surface: 'health', method: 'GET', target: '/health' })).toBeUndefined();
  });

  it('opens nothing by another method, on another surface, or in a frame', () => {
    expect(open('/admin', { method: 'POST' })).toBe(FORBIDDEN);
    expect(open('/health', { surface: 'health' })).toBe(FORBIDDEN);
    expect(open('/admin', {}, { 'sec-fetch-dest': 'iframe' })).toBe(FORBIDDEN);
    expect(open('/admin', {}, { 'sec-fetch-mode': 'no-cors' })).toBe(FORBIDDEN);
  });
});

describe('an answer of a model', () => {
  const use = (headers: IncomingHttpHeaders, surface: RequestHead['surface'] = 'model') =>
    check({ host: 'localhost', 'sec-fetch-site': 'same-origin', ...headers }, false, { surface });

  it.each([undefined, 'empty', 'websocket'])('may be fetched with the use "%s"', (dest) => {
    expect(use(dest === undefined ? {} : { 'sec-fetch-dest': dest })).toBeUndefined();
  });

  it.each(['document', 'iframe', 'script', 'image', ''])('may not be used as "%s"', (dest) => {
    expect(use({ 'sec-fetch-dest': dest })).toBe(FORBIDDEN);
    expect(use({ 'sec-fetch-dest': dest }, 'admin')).toBeUndefined();
  });

  it('may not be navigated to, whatever use is named', () => {
    expect(use({ 'sec-fetch-mode': 'navigate' })).toBe(FORBIDDEN);
    expect(use({ 'sec-fetch-mode': 'Navigate', 'sec-fetch-dest': 'empty' })).toBe(FORBIDDEN);
    expect(use({ 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' })).toBeUndefined();
  });
});
