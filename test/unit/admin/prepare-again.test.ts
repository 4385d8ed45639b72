import { expect, it } from 'vitest';
import { prepareAgain } from '../../../src/admin/again/prepare-again.ts';
import type { ExchangeDetail } from '../../../src/log/port.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const detailOf = (body: string, more: Partial<ExchangeDetail> = {}, cutOff = false): ExchangeDetail => ({
  record: bareRecord('req_1', 0),
  requestHeaders: [],
  responseHeaders: [],
  requestBody: { coding: 'identity', bytes: Buffer.from(body), cutOff },
  ...more,
});

it('refuses a body of which the log kept the beginning', async () => {
  await expect(prepareAgain(detailOf('{"model":"m"}', {}, true), 'other')).rejects.toMatchObject({
    code: 'cannot_send_again',
    message: expect.stringContaining('only the beginning'),
  });
});

it('sends no redacted value, neither in the path nor in a header', async () => {
  const detail = detailOf('{"model":"m"}', {
    record: { ...bareRecord('req_1', 0), path: '/v1/responses?api_key=[redacted]' },
    requestHeaders: [
      ['Anthropic-Version', '2023-06-01'],
      ['anthropic-beta', '[redacted]'],
      ['authorization', '[redacted]'],
      ['cookie', 'a=b'],
    ],
  });
  const { path, headers } = await prepareAgain(detail, 'other');
  expect(path).toBe('/v1/responses');
  expect(headers).toEqual({ 'content-type': 'application/json', 'anthropic-version': '2023-06-01' });
});

it('of a model that is named twice leaves the new name alone', async () => {
  const { body } = await prepareAgain(detailOf('{"model":"a","input":[],"model":"b"}'), 'say "other"');
  expect(body.toString()).toBe('{"input":[],"model":"say \\"other\\""}');
});
