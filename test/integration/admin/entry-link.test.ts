import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dashboardLink } from '../../../src/cli/dashboard/dashboard-link.ts';
import { writeEntryLink } from '../../../src/state/entry-links.ts';
import { askAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, MASTER_KEY, type RunningGateway } from '../../support/gateway/compose-gateway.ts';

const guarded = () =>
  composeGateway('http://127.0.0.1:9/v1', { demo: true, env: { GOMODEL_MASTER_KEY: MASTER_KEY } });

const linkOf = ({ port, dataDir }: RunningGateway, view?: string): string =>
  dashboardLink({
    ...{ url: `http://127.0.0.1:${port}`, isGuarded: true, dataDir },
    ...(view !== undefined && { view }),
  });

const follow = (link: string, init: RequestInit = {}): Promise<Response> =>
  fetch(link, { redirect: 'manual', ...init });

const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? '';

const mayRead = async ({ port }: RunningGateway, cookie: string): Promise<boolean> =>
  (await askAdmin(port, 'audit/log', { headers: { cookie } })).status === 200;

it('signs one browser in, and leads it to the page under an address without the token', async () => {
  const gateway = await guarded();
  const link = linkOf(gateway, 'sessions?session=0199-abc');
  const token = new URL(link).searchParams.get('token') ?? '';
  const entered = await follow(link);
  expect(entered.status).toBe(303);
  expect(entered.headers.get('location')).toBe('/admin/dashboard/sessions?session=0199-abc');
  expect(entered.headers.get('set-cookie')).toMatch(
    /; Path=\/admin; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
  );
  expect(entered.headers.get('referrer-policy')).toBe('no-referrer');
  expect(entered.headers.get('cache-control')).toBe('no-store');
  expect(entered.headers.get('set-cookie')).not.toContain(token);
  expect(await mayRead(gateway, cookieOf(entered))).toBe(true);
  expect(readdirSync(join(gateway.dataDir, 'entries'))).toEqual([]);
  expect(await gateway.records()).toEqual([]);
});

it('counts once: who uses a link again is refused, and ends what the first use began', async () => {
  const gateway = await guarded();
  const link = linkOf(gateway);
  const first = await follow(link);
  expect(await mayRead(gateway, cookieOf(first))).toBe(true);
  const second = await follow(link);
  expect(second.status).toBe(403);
  expect(await second.text()).toContain('npx gomodel-ts dashboard');
  expect(second.headers.get('set-cookie')).toBeNull();
  expect(await mayRead(gateway, cookieOf(first))).toBe(false);
});

it('lets only one of many in who come at the same time', async () => {
  const gateway = await guarded();
  const link = linkOf(gateway);
  const all = await Promise.all(Array.from({ length: 20 }, () => follow(link)));
  expect(all.filter(({ status }) => status === 303)).toHaveLength(1);
});

it('counts for a minute, and no link outlives the next one', async () => {
  const gateway = await guarded();
  const folder = join(gateway.dataDir, 'entries');
  const age = (link: string, seconds: number): string => {
    const [name = ''] = readdirSync(folder);
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(folder, name), then, then);
    return link;
  };
  expect((await follow(age(linkOf(gateway), 61))).status).toBe(403);
  expect((await follow(age(linkOf(gateway), 58))).status).toBe(303);
  age(linkOf(gateway), 61);
  linkOf(gateway);
  expect(readdirSync(folder)).toHaveLength(1);
});

it('is not used up by a look at its head, nor by what is no token', async () => {
  const gateway = await guarded();
  const link = linkOf(gateway);
  expect((await follow(link, { method: 'HEAD' })).status).toBe(403);
  for (const token of ['', 'x'.repeat(43), '../'.repeat(14), 'a'.repeat(10_000)]) {
    const other = new URL(link);
    other.searchParams.set('token', token);
    expect((await follow(other.href)).status).toBe(403);
  }
  expect((await follow(link)).status).toBe(303);
});

it('leads nowhere but to the pages of the dashboard', async () => {
  const gateway = await guarded();
  for (const view of [
    '//evil.example',
    'https://evil.example',
    '../api/v1/session',
    'audit\r\nx: y',
    'audit#x',
  ]) {
    const entered = await follow(linkOf(gateway, view));
    expect([view, entered.headers.get('location')]).toEqual([view, '/admin/dashboard/audit']);
  }
});

it('is left where only the owner can read it, under a name that does not tell it', async () => {
  const gateway = await guarded();
  const token = writeEntryLink(gateway.dataDir, Date.now());
  const folder = join(gateway.dataDir, 'entries');
  const [name = ''] = readdirSync(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(name).not.toContain(token);
});
