import { expect, it } from 'vitest';
import { useBrowser } from '../support/browser/use-browser.ts';
import { postForm, startSignInGateway } from '../support/identity/start-sign-in-gateway.ts';

const browser = useBrowser();

it('signs in by the button of the login page, and stays signed in', async () => {
  // The provider is at 127.0.0.1 and the gateway at localhost: other sites, as for a company's.
  const { base } = await startSignInGateway({ groups: [{ group: '*', role: 'auditor' }] });
  const { page, problems } = await browser.open(`${base}/admin/dashboard/usage`);
  await page.getByRole('link', { name: 'Sign in with your company account' }).click();
  await page.locator('.shell').waitFor();
  expect(page.url()).toBe(`${base}/admin/dashboard/usage`);
  await page.reload();
  await page.locator('.shell').waitFor();
  // The question that the login page asks before.
  expect(problems.filter((problem) => !problem.includes('401'))).toEqual([]);
});

it('allows a program by its code, and no form leads the browser astray', async () => {
  const { base } = await startSignInGateway();
  const response = await fetch(`${base}/oauth/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams(),
  });
  const started = (await response.json()) as {
    readonly device_code: string;
    readonly verification_uri_complete: string;
  };
  const { page, problems } = await browser.open(`${base}/admin/dashboard/audit`);
  problems.length = 0;
  await page.goto(started.verification_uri_complete);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('anna@corp.example').waitFor();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByText('goes on by itself').waitFor();
  expect(problems).toEqual([]);
  const { status, body } = await postForm(`${base}/oauth/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: started.device_code,
  });
  expect([status, body.email]).toEqual([200, 'anna@corp.example']);
});
