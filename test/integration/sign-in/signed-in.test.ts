import { expect, it, onTestFinished, vi } from 'vitest';
import type { SignInAnswer, SignInsAnswer } from '../../../src/admin/api-types/access.ts';
import { createContract } from '../../support/admin/ask-admin.ts';
import { type Browser, createBrowser } from '../../support/identity/browser.ts';
import {
  askModel,
  postForm,
  refresh,
  type SignInGateway,
  signIn,
  startSignInGateway,
} from '../../support/identity/start-sign-in-gateway.ts';

const GROUPS = [
  { group: 'ops', role: 'admin' },
  { group: 'audit', role: 'auditor' },
  { group: 'platform', role: 'member' },
];
const ACCOUNTS = [
  { subject: 'u-1', name: 'anna', groups: ['platform', 'not-named'], isActive: true },
  { subject: 'u-2', name: 'bert', groups: ['ops'], isActive: true },
  { subject: 'u-3', name: 'cleo', groups: ['audit'], isActive: true },
];

const contract = createContract();

const start = () => startSignInGateway({ groups: GROUPS, accounts: ACCOUNTS });

const openPage = async ({ base, provider }: SignInGateway, subject: string): Promise<Browser> => {
  provider.signsIn = subject;
  const browser = createBrowser();
  await browser.open(`${base}/oauth/sign-in`);
  return browser;
};

/** Asks the admin API in the name of whoever a browser has signed in. */
const ask = async (base: string, browser: Browser, path: string, method = 'GET') => {
  const url = new URL(`/admin/api/v1/${path}`, base);
  const response = await fetch(url, { method, headers: { cookie: browser.cookiesFor(url) } });
  const body: unknown = await response.json();
  // As the OpenAPI document says.
  if (response.ok) expect(contract.check(path, response.status, body, method.toLowerCase())).toEqual([]);
  return { status: response.status, body };
};
const listAs = async (base: string, browser: Browser, query = '') =>
  (await ask(base, browser, `sign-ins${query}`)).body as SignInsAnswer;

it('an admin sees who is signed in, by what, from where and since when', async () => {
  const started = await start();
  const { base, provider } = started;
  await signIn(base);
  const device = await postForm<{ user_code: string }>(`${base}/oauth/device_authorization`, {
    surface: 'terminal',
  });
  const { user_code: code } = device.body;
  provider.signsIn = 'u-3';
  const browser = createBrowser();
  const question = await browser.post(`${base}/device`, { user_code: code });
  const confirmation = /name="confirmation" value="([^"]+)"/.exec(question.text)?.[1] ?? '';
  await browser.post(`${base}/device/decision`, { confirmation, decision: 'allow' });
  const admin = await openPage(started, 'u-2');
  const { signIns, total } = await listAs(base, admin);
  expect(total).toBe(3);
  const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
  const common = {
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    since: moment,
    lastUsed: moment,
    expires: moment,
  };
  const by = (name: string) => signIns.find((one) => one.name === name);
  expect(by('anna')).toEqual({
    ...common,
    ...{ personId: 'sso:u-1', name: 'anna', email: 'anna@corp.example', groups: ['platform'] },
    ...{ client: 'codex', address: '127.0.0.1' },
  });
  expect(by('bert')).toMatchObject({ ...common, client: 'page' });
  expect(by('cleo')?.client).toMatch(/^terminal \(.+\)$/);
  expect((await listAs(base, admin, '?person=anna')).signIns.map(({ name }) => name)).toEqual(['anna']);
  expect((await listAs(base, admin, '?limit=1')).signIns.length).toBe(1);
  // Nothing of it lets anybody in.
  expect(JSON.stringify(signIns)).not.toMatch(/gomodel_rt_|eyJ|sha256/);
});

it('auditors see all and end none but their own, members see and end their own', async () => {
  const started = await start();
  const { base, provider } = started;
  const auditor = await openPage(started, 'u-3');
  const member = await openPage(started, 'u-1');
  provider.signsIn = 'u-2';
  const tokens = await signIn(base);
  const all = (await listAs(base, auditor)).signIns;
  expect(all.map(({ name }) => name).sort()).toEqual(['anna', 'bert', 'cleo']);
  const named = (name: string): SignInAnswer => all.find((one) => one.name === name) as SignInAnswer;
  expect((await listAs(base, member)).signIns).toEqual([named('anna')]);
  expect((await listAs(base, member, '?person=bert')).signIns).toEqual([named('anna')]);
  for (const browser of [auditor, member]) {
    expect((await ask(base, browser, `sign-ins/${named('bert').id}`, 'DELETE')).status).toBe(404);
  }
  // Whom they name is not whom they end.
  expect(await ask(base, member, 'sign-ins?person=bert', 'DELETE')).toEqual({
    status: 200,
    body: { ended: 1 },
  });
  expect((await ask(base, member, 'sign-ins')).status).toBe(401);
  expect((await ask(base, auditor, `sign-ins/${named('cleo').id}`, 'DELETE')).status).toBe(200);
  expect((await ask(base, auditor, 'sign-ins')).status).toBe(401);
  expect((await refresh(base, tokens.refresh_token)).status).toBe(200);
});

it('an admin ends one sign-in, or all of a person, and the admin log says so', async () => {
  const started = await start();
  const { base, gateway } = started;
  const [one, two, three] = [await signIn(base), await signIn(base), await signIn(base)];
  const admin = await openPage(started, 'u-2');
  const [newest] = (await listAs(base, admin, '?person=sso:u-1')).signIns;
  expect((await ask(base, admin, `sign-ins/${newest?.id}`, 'DELETE')).body).toMatchObject({ name: 'anna' });
  expect((await askModel(gateway.v1, three.access_token)).status).toBe(401);
  expect((await askModel(gateway.v1, one.access_token)).status).toBe(200);
  const ended = await ask(base, admin, 'sign-ins?person=anna%40corp.example', 'DELETE');
  expect(ended).toEqual({ status: 200, body: { ended: 2 } });
  for (const { access_token: token } of [one, two]) {
    expect((await askModel(gateway.v1, token)).status).toBe(401);
  }
  const log = (await ask(base, admin, 'admin-log')).body as { entries: object[] };
  expect(log.entries).toMatchObject([
    { by: 'sso:u-2', action: 'person.end', target: 'sso:u-1', from: { name: 'anna', signIns: 2 } },
    {
      by: 'sso:u-2',
      action: 'sign-in.end',
      target: newest?.id,
      from: { person: 'sso:u-1', client: 'codex' },
    },
  ]);
  for (const [path, status] of [
    ['sign-ins?person=nobody', 404],
    ['sign-ins', 400],
    [`sign-ins/${newest?.id}`, 404],
    ['sign-ins/../keys', 405],
  ] as const) {
    expect([path, (await ask(base, admin, path, 'DELETE')).status]).toEqual([path, status]);
  }
});

it('a refresh token that was used twice ends its sign-in, and the admin log says why', async () => {
  const started = await start();
  const { base } = started;
  const { refresh_token: token } = await signIn(base);
  const admin = await openPage(started, 'u-2');
  const copy = `${token.slice(0, -3)}AAA`;
  expect((await refresh(base, copy)).status).toBe(401);
  expect((await refresh(base, token)).status).toBe(401);
  const log = (await ask(base, admin, 'admin-log')).body as { entries: object[] };
  expect(log.entries).toMatchObject([
    { by: 'gateway', action: 'sign-in.end', to: { reason: 'refresh_token_reused' }, from: { name: 'anna' } },
  ]);
});

it('a person who shares a name with another one is ended by their id alone', async () => {
  const twins = ['u-1', 'u-4'].map((subject) => ({
    subject,
    name: 'anna',
    groups: ['platform'],
    isActive: true,
  }));
  const started = await startSignInGateway({ groups: GROUPS, accounts: [...twins, ...ACCOUNTS.slice(1)] });
  const { base, provider, gateway } = started;
  const first = await signIn(base);
  provider.signsIn = 'u-4';
  const second = await signIn(base);
  const admin = await openPage(started, 'u-2');
  const refused = await ask(base, admin, 'sign-ins?person=anna', 'DELETE');
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([404, expect.stringContaining('2 people')]);
  expect((await ask(base, admin, 'sign-ins?person=sso:u-4', 'DELETE')).body).toEqual({ ended: 1 });
  expect((await askModel(gateway.v1, first.access_token)).status).toBe(200);
  expect((await askModel(gateway.v1, second.access_token)).status).toBe(401);
});

it('a sign-in whose own token the provider refuses takes no other one of its person along', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const started = await start();
  const { base, gateway, provider } = started;
  provider.refreshTokenSeconds = 5;
  const short = await signIn(base);
  provider.refreshTokenSeconds = 86_400;
  const long = await signIn(base);
  vi.setSystemTime(Date.now() + 10_000);
  expect((await refresh(base, short.refresh_token)).status).toBe(401);
  expect((await askModel(gateway.v1, short.access_token)).status).toBe(401);
  expect((await askModel(gateway.v1, long.access_token)).status).toBe(200);
  const renewed = await refresh(base, long.refresh_token);
  expect(renewed.status).toBe(200);
  const admin = await openPage(started, 'u-2');
  const log = (await ask(base, admin, 'admin-log')).body as { entries: object[] };
  expect(log.entries).toMatchObject([
    { by: 'identity_provider', action: 'sign-in.end', to: { reason: 'refused_by_provider' } },
  ]);
  // The person is gone: the first refusal has the others asked, and ends them.
  provider.signsIn = 'u-1';
  const other = await signIn(base);
  const anna = provider.accounts.get('u-1');
  if (anna) anna.isActive = false;
  vi.setSystemTime(Date.now() + 10_000);
  expect((await refresh(base, other.refresh_token)).status).toBe(401);
  expect((await askModel(gateway.v1, renewed.body.access_token)).status).toBe(401);
});
