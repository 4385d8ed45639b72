import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { captureCodex } from '../support/codex/compare/capture-codex.ts';
import { renderDifference } from '../support/codex/compare/render-difference.ts';

/** `npm run compare-codex` sets these: two versions with a blank between, and where the difference goes. */
const { COMPARE_CODEX: chosen, COMPARE_CODEX_FILE: file } = process.env;

const [old = '', now = ''] = (chosen ?? '0.169.0 0.171.0').split(' ');

it(`says what Codex ${now} sends that ${old} does not`, async () => {
  const difference = renderDifference(await captureCodex(old), await captureCodex(now));
  if (file !== undefined) writeFileSync(file, difference);
  if (chosen !== undefined) return;
  expect(difference).toContain('+ request 1: header accept-encoding: zstd,gzip\n');
  expect(difference).toContain('+ model gpt-6.2-sol\n');
  // What differs from run to run is no difference.
  expect(difference).not.toMatch(/session[-_]id: |127\.0\.0\.1:/);
  const [, webSocket = ''] = difference.split('## WebSocket, a key\n');
  expect(webSocket).not.toMatch(/^[-+] frame 1: member/m);
});
