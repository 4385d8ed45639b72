import { mkdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser/use-browser.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';
import { answerOf, ask, pricedFolder } from '../support/guard/budget-gateway.ts';
import { recordExchange } from '../support/log/record-exchange.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const browser = useBrowser();

const shootInto = (name: string): { path: string } | undefined => {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return undefined;
  mkdirSync(folder, { recursive: true });
  return { path: `${folder}/${name}.png` };
};

it('sends a request again at a button, once its cost was read, and shows both answers beside each other', async () => {
  const upstream = await startUpstream((_request, index) =>
    answerOf(100, 10, index === 0 ? 'The first answer.' : 'The second answer.'),
  );
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, { dataDir: pricedFolder() });
  await (await ask(gateway, {}, { tools: [{ type: 'web_search' }] })).text();
  await gateway.records();
  const { page, problems } = await browser.open(`${gateway.url}/admin/dashboard/audit`);
  await page.locator('[data-id]').first().click();
  await page.getByRole('button', { name: 'Send again to another model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send this request again' });
  expect(await dialog.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('Model').fill('gpt-other');
  const send = dialog.getByRole('button', { name: 'Send for about $0.20' });
  await send.waitFor();
  await dialog.getByText('web_search').waitFor();
  const shot = shootInto('send-again');
  if (shot) await page.screenshot(shot);
  expect(upstream.requests).toHaveLength(1);
  await send.click();
  const compared = page.getByRole('region', { name: 'Answers' });
  await compared.getByText('The second answer.').waitFor();
  await compared.getByText('The first answer.').waitFor();
  await page.getByText('sent again to gpt-other').waitFor();
  const both = shootInto('sent-again');
  if (both) await page.screenshot(both);
  expect(upstream.requests).toHaveLength(2);
  expect(problems).toEqual([]);
});

it('says in the dialog why a request cannot be sent again', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  recordExchange(gateway.recorder, { record: { model: 'gpt-5.5' } });
  await gateway.records();
  const { page } = await browser.open(`${gateway.url}/admin/dashboard/audit`);
  await page.locator('[data-id]').first().click();
  await page.getByRole('button', { name: 'Send again to another model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send this request again' });
  await dialog.getByText('the log did not keep its body').waitFor();
  await dialog.getByLabel('Model').fill('gpt-other');
  expect(await dialog.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
});
