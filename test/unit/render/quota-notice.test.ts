import { describe, expect, it } from 'vitest';
import { createQuotaWatch } from '../../../src/cli/render/quota-notice.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { bareRecord } from '../../support/log/bare-record.ts';

const record = (quota: ExchangeRecord['quota']): ExchangeRecord => ({
  ...bareRecord('req_1', 0),
  ...(quota && { quota }),
});

describe('createQuotaWatch', () => {
  it('says both windows, and says them again only when a figure has moved', () => {
    const watch = createQuotaWatch();
    const quota = {
      primary: { usedPercent: 12.2, windowMinutes: 300 },
      secondary: { usedPercent: 40, windowMinutes: 10_080 },
    };
    expect(watch(record(quota))).toBe('ChatGPT plan: 12% of 5 hours used; 40% of week used');
    expect(watch(record({ ...quota, primary: { usedPercent: 12.4, windowMinutes: 300 } }))).toBeUndefined();
    expect(watch(record({ primary: { usedPercent: 13, windowMinutes: 300 } }))).toBe(
      'ChatGPT plan: 13% of 5 hours used',
    );
  });

  it('says when the window begins anew', () => {
    const resetsAt = new Date(2026, 10, 24, 9, 5).toISOString();
    expect(createQuotaWatch()(record({ primary: { usedPercent: 99.6, resetsAt } }))).toBe(
      'ChatGPT plan: 100% of the short window used, anew Tue 09:05',
    );
  });

  it('is silent about records without a quota', () => {
    expect(createQuotaWatch()(record(undefined))).toBeUndefined();
  });
});
