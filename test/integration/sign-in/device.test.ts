import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBrowser } from '../../support/identity/browser.ts';
import {
  askModel,
  postForm,
  refresh,
  signIn,
  startSignInGateway,
  type TokenAnswer,
} from '../../support/identity/start-sign-in-gateway.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const passMs = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

interface Started {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri_complete: string;
  readonly interval: number;
}

const begin = async (base: string): Promise<Started> => {
  const response = await fetch(`${base}/oauth/device_authorization`, {
    method: 'POST',
    headers: { 'user-agent': 'claude-code/2.1.332' },
    body: new URLSearchParams({ surface: 'claude_code' }),
  });
  return (await response.json()) as Started;
};

const poll = (base: string, code: string): Promise<{ status: number; body: TokenAnswer }> =>
  postForm(`${base}/oauth/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code,
  });

/** The same value with the members of every object in their order, as Claude Code sorts them. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
};

const confirmationIn = (text: string): string => /name="confirmation" value="([\w-]+)"/.exec(text)?.[1] ?? '';

describe('a program without a browser', () => {
  it('is found by its metadata, and signed in once its person has allowed it', async () => {
    const { base, gateway } = await startSignInGateway();
    const metadata = await (await fetch(`${base}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({
      issuer: base,
      token_endpoint: `${base}/oauth/token`,
      device_authorization_endpoint: `${base}/oauth/device_authorization`,
    });
    const started = await begin(base);
    expect(started.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(await poll(base, started.device_code)).toMatchObject({
      status: 400,
      body: { error: 'authorization_pending' },
    });
    const browser = createBrowser();
    const form = await browser.open(started.verification_uri_complete);
    expect(form.text).toContain(`value="${started.user_code}"`);
    const question = await browser.post(`${base}/device`, { user_code: started.user_code.toLowerCase() });
    expect(question.text).toContain('anna@corp.example');
    expect(question.text).toContain('claude_code (claude-code/2.1.332), from 127.0.0.1');
    // The sign-in alone allows nothing.
    passMs(5_000);
    expect((await poll(base, started.device_code)).body.error).toBe('authorization_pending');
    const done = await browser.post(`${base}/device/decision`, {
      confirmation: confirmationIn(question.text),
      decision: 'allow',
    });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('goes on by itself')]);
    const { status, body } = await poll(base, started.device_code);
    expect([status, body.email]).toEqual([200, 'anna@corp.example']);
    expect((await askModel(gateway.v1, body.access_token)).status).toBe(200);
    passMs(60_000);
    expect((await refresh(base, body.refresh_token)).status).toBe(200);
    expect((await poll(base, started.device_code)).body.error).toBe('expired_token');
  });

  it('is told when its person says no', async () => {
    const { base } = await startSignInGateway();
    const started = await begin(base);
    const browser = createBrowser();
    const question = await browser.post(`${base}/device`, { user_code: started.user_code });
    const confirmation = confirmationIn(question.text);
    await browser.post(`${base}/device/decision`, { confirmation, decision: 'deny' });
    expect((await poll(base, started.device_code)).body.error).toBe('access_denied');
    const again = await browser.post(`${base}/device/decision`, { confirmation, decision: 'allow' });
    expect(again.status).toBe(400);
  });

  it('is told to ask less often, and after ten minutes to begin again', async () => {
    const { base } = await startSignInGateway();
    const { device_code: code } = await begin(base);
    await poll(base, code);
    expect((await poll(base, code)).body.error).toBe('slow_down');
    passMs(10_000);
    expect((await poll(base, code)).body.error).toBe('authorization_pending');
    passMs(10 * 60_000);
    expect((await poll(base, code)).body.error).toBe('expired_token');
  });
});

describe('the settings of Claude Code', () => {
  it('are a clean 404 where there is no policy, and need a token', async () => {
    const { base } = await startSignInGateway();
    const refused = await fetch(`${base}/managed/settings`);
    expect([refused.status, await refused.json()]).toMatchObject([
      401,
      { type: 'error', error: { type: 'authentication_error' } },
    ]);
  });

  it('are those of the person’s group, with the checksum that the client computes', async () => {
    const { base } = await startSignInGateway({
      configFile: {
        policy: {
          url: 'https://gw.corp.example',
          default: { claude: { model: 'claude-haiku-5' } },
          groups: { platform: { effort: 'high', claude: { model: 'claude-opus-5-5' } } },
        },
      },
    });
    const { access_token: token } = await signIn(base);
    const ask = (more: Record<string, string> = {}) =>
      fetch(`${base}/managed/settings`, { headers: { authorization: `Bearer ${token}`, ...more } });
    const response = await ask();
    const body = (await response.json()) as { uuid: string; checksum: string; settings: object };
    expect(body.settings).toMatchObject({ model: 'claude-opus-5-5', effortLevel: 'high' });
    expect(body.checksum).toBe(`sha256:${hash('sha256', JSON.stringify(sorted(body.settings)), 'hex')}`);
    expect(response.headers.get('etag')).toBe(`"${body.checksum}"`);
    expect((await ask({ 'if-none-match': `"${body.checksum}"` })).status).toBe(304);
    expect((await ask({ 'if-none-match': '"sha256:another"' })).status).toBe(200);
  });
});
