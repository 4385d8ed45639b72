import { expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../../support/gateway/start-gateway.ts';
import { createBrowser } from '../../support/identity/browser.ts';
import { startProvider } from '../../support/identity/start-provider.ts';
import { askModel, refresh, signIn } from '../../support/identity/start-sign-in-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

it('several processes let in by one token, and sign people in to the page', async () => {
  const provider = await startProvider([
    { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true },
  ]);
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  const gateway = await startGateway({
    upstreamUrl: upstream.url,
    env: { ...provider.env, GOMODEL_WORKERS: '2' },
    configFile: 'oidc:\n  groups:\n    - group: platform\n      role: auditor\n',
  });
  onTestFinished(async () => {
    await gateway.stop();
    await upstream.close();
  });
  const base = new URL(gateway.url).origin;
  const tokens = await signIn(base);
  // Each connection may be another process's.
  const asked = await Promise.all(
    Array.from({ length: 8 }, () => askModel(gateway.url, tokens.access_token)),
  );
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
  const renewed = await refresh(base, tokens.refresh_token);
  expect(renewed.status).toBe(200);
  const browser = createBrowser();
  const shown = await browser.open(`${base}/oauth/sign-in`);
  expect([shown.url.pathname, shown.status]).toEqual(['/admin/dashboard/audit', 200]);
  expect((await browser.open(`${base}/admin/api/v1/audit/log`)).status).toBe(200);
});

it('several processes let nobody in whom one of them was told is gone', async () => {
  const person = { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true };
  const provider = await startProvider([person]);
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  const gateway = await startGateway({
    upstreamUrl: upstream.url,
    env: { ...provider.env, GOMODEL_WORKERS: '2' },
    configFile: 'oidc:\n  groups:\n    - group: platform\n      role: user\n',
  });
  onTestFinished(async () => {
    await gateway.stop();
    await upstream.close();
  });
  const base = new URL(gateway.url).origin;
  const tokens = await signIn(base);
  const askBoth = async (): Promise<Set<number>> => {
    const asked = Array.from({ length: 12 }, () => askModel(gateway.url, tokens.access_token));
    return new Set((await Promise.all(asked)).map(({ status }) => status));
  };
  expect(await askBoth()).toEqual(new Set([200]));
  person.isActive = false;
  // A token's times are whole seconds.
  await expect.poll(async () => (await refresh(base, tokens.refresh_token)).status).toBe(401);
  await expect.poll(askBoth).toEqual(new Set([401]));
});
