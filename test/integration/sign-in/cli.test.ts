import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createBrowserDouble } from '../../support/cli/browser-double.ts';
import { runCli, startCli } from '../../support/cli/start-cli.ts';
import { createBrowser } from '../../support/identity/browser.ts';
import { askModel, startSignInGateway } from '../../support/identity/start-sign-in-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

/** Signs in at a gateway by the browser, as a person would. */
const logIn = async (base: string, home: string) => {
  const double = createBrowserDouble();
  const command = startCli(['login', '--gateway', base], { GOMODEL_HOME: home, BROWSER: double.program });
  const shown = await createBrowser().open(await double.opened());
  return { shown, ...(await command.ended) };
};

it('login signs in by the browser, token prints what is kept, logout ends it', async () => {
  const { base, gateway } = await startSignInGateway();
  const home = join(createTemporaryFolder('token'), 'data');
  const done = await logIn(base, home);
  expect(done.shown.text).toContain('You are signed in');
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('as anna@corp.example')]);
  const printed = await Promise.all(
    [1, 2].map(() => runCli(['token', '--gateway', `${base}/v1`], { GOMODEL_HOME: home })),
  );
  expect(printed.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  const [token] = printed.map(({ stdout }) => stdout.trim());
  expect(printed[1]?.stdout).toBe(`${token}\n`);
  expect((await askModel(gateway.v1, token ?? '')).status).toBe(200);
  const [file = ''] = readdirSync(join(home, 'tokens'));
  expect(statSync(join(home, 'tokens', file)).mode & 0o777).toBe(0o600);
  expect((await runCli(['logout', '--gateway', base], { GOMODEL_HOME: home })).code).toBe(0);
  expect((await askModel(gateway.v1, token ?? '')).status).toBe(401);
  const after = await runCli(['token', '--gateway', base], { GOMODEL_HOME: home });
  expect([after.code, after.stdout]).toEqual([1, '']);
  expect(after.stderr).toContain(`Run: gomodel-ts login --gateway ${base}`);
});

it('token renews what is nearly over, once for all that ask at the same time', async () => {
  const { base, gateway } = await startSignInGateway({ env: { OIDC_TOKEN_LIFETIME: '4s' } });
  const home = join(createTemporaryFolder('token'), 'data');
  await logIn(base, home);
  const ask = () => runCli(['token', '--gateway', base], { GOMODEL_HOME: home });
  const first = (await ask()).stdout;
  let all = [first];
  // Until more than half of its life is over, the same one is printed.
  while (all.every((token) => token === first)) {
    all = (await Promise.all([ask(), ask(), ask()])).map(({ stdout }) => stdout);
  }
  expect(all.every((token) => token !== '')).toBe(true);
  expect((await askModel(gateway.v1, all.at(-1)?.trim() ?? '')).status).toBe(200);
});

it('login shows a code where there is no browser', async () => {
  const { base } = await startSignInGateway();
  const home = join(createTemporaryFolder('token'), 'data');
  const command = startCli(['login', '--gateway', base, '--device'], { GOMODEL_HOME: home });
  const said = await command.until((text) => text.includes('shows this code'), 'stderr');
  const [, code = ''] = /shows this code: (\S+)/.exec(said) ?? [];
  const browser = createBrowser();
  const question = await browser.post(`${base}/device`, { user_code: code });
  const confirmation = /name="confirmation" value="([\w-]+)"/.exec(question.text)?.[1] ?? '';
  await browser.post(`${base}/device/decision`, { confirmation, decision: 'allow' });
  const { code: exit, stderr } = await command.ended;
  expect([exit, stderr]).toEqual([0, expect.stringContaining(`Signed in at ${base} as anna@corp.example`)]);
});

it('a token is never asked for over an address in the open', async () => {
  for (const gateway of ['http://gw.corp.example', 'ftp://gw.corp.example', 'gw.corp.example']) {
    const { code, stderr } = await runCli(['token', '--gateway', gateway]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is not the address of a gateway')]);
  }
});
