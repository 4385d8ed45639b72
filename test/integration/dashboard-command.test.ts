import { expect, it } from 'vitest';
import { createBrowserDouble } from '../support/cli/browser-double.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { startHeldGateway } from '../support/faults/start-held-gateway.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';

const ENTRY = /^http:\/\/localhost:\d+\/admin\/dashboard\/enter\?token=[\w-]{43}$/;

/** Follows a link, and asks for the log with the cookie that it gave. */
const statusBehind = async (link: string): Promise<readonly [entered: number, log: number]> => {
  const entered = await fetch(link, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const log = await fetch(new URL('/admin/api/v1/audit/log', link), { headers: { cookie } });
  return [entered.status, log.status];
};

it.each([1, 2])(
  'opens the page signed in, without the key in the shell, with %i processes',
  async (workers) => {
    const gateway = await startHeldGateway({
      masterKey: MASTER_KEY,
      args: ['--demo', '--workers', String(workers)],
    });
    const browser = createBrowserDouble();
    const env = { GOMODEL_HOME: gateway.dataDir, BROWSER: browser.program };
    const { code, stdout, stderr } = await runCli(['dashboard'], env);
    const link = await browser.opened();
    expect(link).toMatch(ENTRY);
    const page = new URL('/admin/dashboard', gateway.url).href;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `opened ${page}\n` });
    expect(await statusBehind(link)).toEqual([303, 200]);
    expect(await statusBehind(link)).toEqual([403, 401]);
    // What the gateway says and keeps has nothing of the link.
    const token = new URL(link).searchParams.get('token') ?? '';
    expect(JSON.stringify([gateway.output(), await gateway.everyRecord()])).not.toContain(token);
  },
);

it('prints the link where it is asked for, and where there is no browser', async () => {
  const gateway = await startHeldGateway({ masterKey: MASTER_KEY, args: ['--demo'] });
  const env = { GOMODEL_HOME: gateway.dataDir };
  for (const args of [['dashboard', '--link'], ['dashboard']]) {
    const { stdout, stderr } = await runCli(args, env);
    expect(stdout.trim()).toMatch(ENTRY);
    expect(stderr).toContain('once, within a minute');
    expect(await statusBehind(stdout.trim())).toEqual([303, 200]);
  }
});

it('opens the page as it is where no key is asked for', async () => {
  const gateway = await startHeldGateway({ args: ['--demo'] });
  const browser = createBrowserDouble();
  const env = { GOMODEL_HOME: gateway.dataDir, BROWSER: browser.program };
  await runCli(['dashboard'], env);
  expect(await browser.opened()).toBe(new URL('/admin/dashboard', gateway.url).href);
});
