import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deriveKey } from '../../src/identity/tokens/derive-key.ts';
import { createBrowser } from '../support/identity/browser.ts';
import {
  askModel,
  authorizeUrl,
  getCode,
  postForm,
  redeem,
  refresh,
  signIn,
  startSignInGateway,
  VERIFIER,
} from '../support/identity/start-sign-in-gateway.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const passMs = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const MINUTE = 60_000;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

/** Header, payload and signature of a token. */
const parts = (token: string): [string, string, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
};

describe('an access token', () => {
  it('counts only as the gateway has signed it', async () => {
    const { base, gateway, upstream } = await startSignInGateway();
    const { access_token: token } = await signIn(base);
    const [header, payload, signature] = parts(token);
    const other = encode({ ...decode(payload), groups: ['ops'], sub: 'u-2' });
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const forged = {
      'another payload': `${header}.${other}.${signature}`,
      'another signature': `${header}.${payload}.${flipped}`,
      'no signature': `${header}.${payload}.`,
      'alg none': `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      'alg none, signed': `${encode({ ...decode(header), alg: 'none' })}.${payload}.${signature}`,
      'another algorithm': `${encode({ ...decode(header), alg: 'RS256' })}.${payload}.${signature}`,
      'another key': `${encode({ ...decode(header), kid: '../../dev/null' })}.${payload}.${signature}`,
      'a key of its own': `${encode({ ...decode(header), jwk: { kty: 'oct', k: 'AA' } })}.${payload}.${signature}`,
    };
    for (const [name, text] of Object.entries(forged)) {
      const response = await askModel(gateway.v1, text);
      const { error } = (await response.json()) as { error: { code: string } };
      expect([name, response.status < 500, error.code]).toEqual([
        name,
        true,
        expect.stringMatching(/^(?:invalid_api_key|too_many_attempts)$/),
      ]);
    }
    expect(upstream.requests).toEqual([]);
    expect((await askModel(gateway.v1, token)).status).toBe(200);
  });

  it('counts only with the issuer, the audience and the type of this gateway, and by its own key', async () => {
    const { base, gateway } = await startSignInGateway();
    const { access_token: token } = await signIn(base);
    const [header, payload] = parts(token);
    const secret = readFileSync(join(gateway.dataDir, 'sealing-secret'));
    const key = deriveKey(secret, 'access tokens');
    const sign = (claims: object, by = key, changed: object = {}): Promise<string> =>
      new SignJWT({ ...decode(payload), ...claims })
        .setProtectedHeader({ ...decode(header), ...changed, alg: 'HS256' })
        .sign(by);
    const statusOf = async (text: string): Promise<number> => (await askModel(gateway.v1, text)).status;
    expect(await statusOf(await sign({}))).toBe(200);
    expect(await statusOf(await sign({ aud: 'another-gateway' }))).toBe(401);
    expect(await statusOf(await sign({ iss: 'https://elsewhere.example' }))).toBe(401);
    expect(await statusOf(await sign({ exp: undefined }))).toBe(401);
    expect(await statusOf(await sign({ sid: undefined }))).toBe(401);
    expect(await statusOf(await sign({}, key, { typ: 'JWT' }))).toBe(401);
    // Five wrong ones a minute are told at once, the next ones later: still none of them is let in.
    expect(await statusOf(await sign({}, deriveKey(secret, 'sign-in state')))).toBeGreaterThan(400);
    expect(await statusOf(token)).toBe(200);
  });

  it('counts no longer than it says', async () => {
    const { base, gateway } = await startSignInGateway();
    const { access_token: token } = await signIn(base);
    passMs(15 * MINUTE);
    expect((await askModel(gateway.v1, token)).status).toBe(401);
  });

  it('shows its person what their group may see, and nothing of another one', async () => {
    const { base, gateway } = await startSignInGateway({
      groups: [
        { group: 'ops', role: 'member', user_path: '/team/ops', models: ['gpt-ops'] },
        { group: 'platform', role: 'member', user_path: '/team/platform', models: ['gpt-test'] },
      ],
    });
    const { access_token: token } = await signIn(base);
    await (await askModel(gateway.v1, token)).text();
    expect((await askModel(gateway.v1, token, 'gpt-ops')).status).toBe(403);
    const claimed = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-gomodel-user-path': '/team/ops',
      },
      body: JSON.stringify({ model: 'gpt-test', stream: true }),
    });
    await claimed.text();
    const records = await gateway.records();
    expect(records.map(({ userPath }) => userPath)).toEqual(records.map(() => '/team/platform'));
  });
});

describe('a code', () => {
  it('is sent to programs of this machine alone', async () => {
    const { base } = await startSignInGateway();
    const elsewhere = [
      'https://evil.example/callback',
      'http://evil.example:1455/callback',
      'http://127.0.0.1.evil.example:1455/',
      'http://127.0.0.1:1455@evil.example/',
      'http://localhost:80@evil.example:1455/',
      'http://localhost.evil.example:1455/',
      'https://127.0.0.1:1455/callback',
      'http://127.0.0.1/callback',
      'http://127.0.0.1:1455/callback#fragment',
      'http:\\\\evil.example:1455',
      '//evil.example:1455',
      'javascript:alert(1)',
      'codex://callback',
      'http://[::ffff:1.2.3.4]:1455/',
      '',
    ];
    for (const redirect of elsewhere) {
      const response = await fetch(authorizeUrl(base, { redirect_uri: redirect }), { redirect: 'manual' });
      expect([redirect, response.status, response.headers.get('location')]).toEqual([redirect, 400, null]);
    }
  });

  it('needs PKCE with SHA-256', async () => {
    const { base } = await startSignInGateway();
    for (const changed of [
      { code_challenge_method: 'plain' },
      { code_challenge_method: '' },
      { code_challenge: '' },
      { code_challenge: 'short' },
    ]) {
      const response = await fetch(authorizeUrl(base, changed), { redirect: 'manual' });
      const back = new URL(response.headers.get('location') ?? 'none:');
      expect([back.port, back.searchParams.get('error'), back.searchParams.get('code')]).toEqual([
        '1455',
        'invalid_request',
        null,
      ]);
    }
  });

  it.each([
    ['another verifier', { code_verifier: 'another-verifier-that-has-more-than-43-characters' }],
    ['the challenge as its verifier', { code_verifier: hash('sha256', VERIFIER, 'base64url') }],
    ['another program', { client_id: 'another' }],
    ['another address', { redirect_uri: 'http://127.0.0.1:1456/callback' }],
  ])('is worth nothing to %s, and nothing to anybody from then on', async (_name, changed) => {
    const { base } = await startSignInGateway();
    const code = (await getCode(base)).searchParams.get('code') ?? '';
    expect(await redeem(base, code, changed)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    expect((await redeem(base, code)).status).toBe(400);
  });

  it('counts once: its second use ends what its first has begun', async () => {
    const { base, gateway } = await startSignInGateway();
    const code = (await getCode(base)).searchParams.get('code') ?? '';
    const { body } = await redeem(base, code);
    expect((await askModel(gateway.v1, body.access_token)).status).toBe(200);
    expect((await redeem(base, code)).status).toBe(400);
    expect((await refresh(base, body.refresh_token)).status).toBe(401);
    expect((await askModel(gateway.v1, body.access_token)).status).toBe(401);
  });

  it('counts for a minute', async () => {
    const { base } = await startSignInGateway();
    const code = (await getCode(base)).searchParams.get('code') ?? '';
    passMs(MINUTE);
    expect((await redeem(base, code)).status).toBe(400);
  });
});

describe('the way back from the identity provider', () => {
  it('is open only to the browser that began, and once', async () => {
    const { base, gateway } = await startSignInGateway();
    // An attacker's own sign-in, of which they give somebody else the last address.
    const attacker = createBrowser();
    const { url } = await attacker.open(
      `${base}/oauth/sign-in`,
      ({ pathname }) => pathname === '/oauth/callback',
    );
    const victim = createBrowser();
    const tricked = await victim.open(url.href);
    expect([tricked.status, victim.cookiesFor(new URL('/admin/', base))]).toEqual([400, '']);
    const begun = createBrowser();
    await begun.open(`${base}/oauth/sign-in`, ({ port }) => port !== String(gateway.port));
    expect((await begun.open(url.href)).status).toBe(400);
  });

  it('takes no state, code or nonce of another sign-in', async () => {
    const { base } = await startSignInGateway();
    const browser = createBrowser();
    const stop = ({ pathname }: URL): boolean => pathname === '/oauth/callback';
    const one = (await browser.open(`${base}/oauth/sign-in`, stop)).url;
    const other = (await browser.open(authorizeUrl(base), stop)).url;
    const mixed = new URL(one);
    mixed.searchParams.set('code', other.searchParams.get('code') ?? '');
    const shown = await browser.open(mixed.href);
    expect([shown.status, browser.cookiesFor(new URL('/admin/', base))]).toEqual([403, '']);
    // What was tried is over, as it would be after its use.
    expect((await browser.open(one.href)).status).toBe(400);
  });

  it('leads to pages of the dashboard alone', async () => {
    const { base } = await startSignInGateway({ groups: [{ group: '*', role: 'auditor' }] });
    for (const view of ['//evil.example', 'https://evil.example', '../../evil', '/\\evil.example']) {
      const shown = await createBrowser().open(
        `${base}/oauth/sign-in?${new URLSearchParams({ view })}`,
        ({ pathname }) => pathname.startsWith('/admin/'),
      );
      expect([view, shown.url.href]).toEqual([view, `${base}/admin/dashboard/audit`]);
    }
  });
});

describe('a refresh token', () => {
  it('that is used again ends the sign-in, also for whoever has the newest one', async () => {
    const { base, gateway } = await startSignInGateway();
    const first = await signIn(base);
    passMs(MINUTE);
    const { body: second } = await refresh(base, first.refresh_token);
    passMs(MINUTE);
    expect((await refresh(base, first.refresh_token)).status).toBe(401);
    expect((await refresh(base, second.refresh_token)).status).toBe(401);
    expect((await askModel(gateway.v1, second.access_token)).status).toBe(401);
  });

  it('is nowhere in the data folder, and neither is that of the identity provider', async () => {
    const { base, gateway } = await startSignInGateway();
    const { refresh_token: token, access_token: access } = await signIn(base);
    const folder = join(gateway.dataDir, 'sign-ins');
    const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(kept.length).toBeGreaterThan(0);
    for (const text of kept) {
      expect(text).not.toContain(token.slice(-43));
      expect(text).not.toContain(access);
    }
  });

  it('of another program is refused', async () => {
    const { base } = await startSignInGateway();
    const { refresh_token: token } = await signIn(base);
    const fields = { grant_type: 'refresh_token', refresh_token: token, client_id: 'another' };
    expect((await postForm(`${base}/oauth/token`, fields)).status).toBe(401);
    expect((await refresh(base, 'gomodel_rt_'.padEnd(100, 'a'))).status).toBe(401);
  });
});

describe('a device code', () => {
  const begin = async (base: string) =>
    (await (
      await fetch(`${base}/oauth/device_authorization`, { method: 'POST', body: new URLSearchParams() })
    ).json()) as { device_code: string; user_code: string };

  it('is guessed five times in a minute and no more', async () => {
    const { base } = await startSignInGateway();
    const { user_code: right } = await begin(base);
    const browser = createBrowser();
    const guess = async (code: string): Promise<number> =>
      (await browser.post(`${base}/device`, { user_code: code })).status;
    const guesses: number[] = [];
    for (let count = 0; count < 6; count++) guesses.push(await guess('BBBB-BBBB'));
    expect(guesses).toEqual([400, 400, 400, 400, 400, 429]);
    expect(await guess(right)).toBe(200);
  });

  it('is allowed only in the browser that was asked, by a button and not by a link', async () => {
    const { base } = await startSignInGateway();
    const { user_code: code, device_code: device } = await begin(base);
    const browser = createBrowser();
    const question = await browser.post(`${base}/device`, { user_code: code });
    const confirmation = /name="confirmation" value="([\w-]+)"/.exec(question.text)?.[1] ?? '';
    const decision = { confirmation, decision: 'allow' };
    expect((await createBrowser().post(`${base}/device/decision`, decision)).status).toBe(400);
    expect((await browser.open(`${base}/device/decision?${new URLSearchParams(decision)}`)).status).toBe(405);
    const foreign = await fetch(`${base}/device/decision`, {
      method: 'POST',
      headers: { cookie: browser.cookiesFor(new URL('/device', base)), 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams(decision),
    });
    expect(foreign.status).toBe(403);
    const fields = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device };
    expect((await postForm(`${base}/oauth/token`, fields)).body.error).toBe('authorization_pending');
    expect((await browser.post(`${base}/device/decision`, decision)).status).toBe(200);
  });

  it('shows what a program calls itself as text', async () => {
    const { base } = await startSignInGateway();
    const response = await fetch(`${base}/oauth/device_authorization`, {
      method: 'POST',
      headers: { 'user-agent': '<script>alert(1)</script>' },
      body: new URLSearchParams({ surface: '"><img src=x>' }),
    });
    const { user_code: code } = (await response.json()) as { user_code: string };
    const { text } = await createBrowser().post(`${base}/device`, { user_code: code });
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<img');
    const typed = await createBrowser().open(
      `${base}/device?${new URLSearchParams({ user_code: '"><script>' })}`,
    );
    expect(typed.text).not.toContain('<script>');
  });

  it('is one of two hundred of its address, and of five hundred in all, that wait at once', async () => {
    const { base } = await startSignInGateway({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
    const ask = async (address: string): Promise<number> => {
      const response = await fetch(`${base}/oauth/device_authorization`, {
        method: 'POST',
        headers: { 'x-forwarded-for': address },
        body: new URLSearchParams(),
      });
      await response.text();
      return response.status;
    };
    const askOften = async (address: string, times: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let count = 0; count < times; count++) statuses.push(await ask(address));
      return statuses;
    };
    const OK = 200;
    const BUSY = 429;
    const first = await askOften('192.0.2.1', 201);
    expect(first).toEqual([...Array.from({ length: 200 }, () => OK), BUSY]);
    expect(new Set(await askOften('192.0.2.2', 200))).toEqual(new Set([OK]));
    expect(new Set(await askOften('192.0.2.3', 100))).toEqual(new Set([OK]));
    expect(await ask('192.0.2.4')).toBe(BUSY);
  });
});

describe('a form', () => {
  it.each([
    ['is too long', 'a='.padEnd(40_000, 'a'), 413],
    ['has too many fields', Array.from({ length: 60 }, (_, at) => `f${at}=1`).join('&'), 400],
    ['says a field twice', 'grant_type=refresh_token&grant_type=password', 400],
    ['asks for passwords', 'grant_type=password&username=anna&password=x', 400],
  ])('that %s is refused', async (_name, body, status) => {
    const { base } = await startSignInGateway();
    const response = await fetch(`${base}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store']);
  });
});
