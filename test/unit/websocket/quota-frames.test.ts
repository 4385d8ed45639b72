import { expect, it } from 'vitest';
import { quotaFrames } from '../../../src/websocket/relay/quota-frames.ts';

const PASSAGE = {
  lines: ['x-codex-primary-used-percent', '40', 'x-codex-primary-window-minutes', '60', 'x-other', '1'],
} as unknown as Parameters<typeof quotaFrames>[0];
const OWN = { credential: { kind: 'own', header: 'authorization', value: 'Bearer k' } } as const;

it('tells of a budget where the upstream tells of no plan', () => {
  const [frame, ...more] = quotaFrames(PASSAGE, OWN, { headers: { 'x-request-id': 'r' } });
  expect(more).toEqual([]);
  expect(JSON.parse(String(frame))).toMatchObject({
    type: 'codex.rate_limits',
    rate_limits: { primary: { used_percent: 40, window_minutes: 60 }, secondary: null },
  });
});

it.each([
  ['nobody counts', undefined, OWN, {}],
  ['the upstream told of its own when it was reached', PASSAGE, OWN, { 'x-codex-primary-used-percent': '1' }],
  ['a plan pays', PASSAGE, { credential: { kind: 'client' } } as const, {}],
])('says nothing where %s', (_title, passage, upstream, headers) => {
  expect(quotaFrames(passage, upstream, { headers })).toEqual([]);
});
