import { expect, it } from 'vitest';
import {
  readDuration,
  readWaitInWords,
  readWaitOfBody,
  readWaitOfHeaders,
} from '../../../src/base/time/read-wait.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');

it.each([
  ['34.4s', 34_400],
  ['1m26.4s', 86_400],
  ['6m0s', 360_000],
  ['250ms', 250],
  ['2 seconds', 2000],
  ['1 minute', 60_000],
  ['1 hour and 5 minutes', 3_900_000],
  ['1h2m3s', 3_723_000],
  ['20', undefined],
  ['soon', undefined],
  ['5 apples', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

it.each([
  ['Rate limit reached. Please try again in 7.5s.', 7500],
  ['Please try again in 1m26.4s. Visit us', 86_400],
  ['Please retry in 34.4 s.', 34_400],
  ['retry after 2 seconds', 2000],
  ['Please wait 6m0s and try once more', 360_000],
  ['Quota resets in 5 hours', 18_000_000],
  ['try again in 20ms', 20],
  ['try again later', undefined],
  ['your trial of 5 minutes', undefined],
])('%j names a wait of %s ms', (message, ms) => {
  expect(readWaitInWords(message)).toBe(ms);
});

it.each([
  [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
  [{ 'retry-after': '20' }, 20_000],
  [{ 'retry-after': '1m26.4s' }, 86_400],
  [{ 'retry-after': 'Sun, 29 Nov 2026 12:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Sun, 29 Nov 2026 11:00:00 GMT' }, 0],
  [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
  [{ 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '6m0s' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('the headers %j ask for %s ms', (headers, ms) => {
  expect(readWaitOfHeaders(headers, NOW)).toBe(ms);
});

it.each([
  [{ error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' }] } }, 2000],
  [[{ error: { message: 'Please retry in 3s' } }], 3000],
  [{ error: { retry_after: 4 } }, 4000],
  [{ error: { message: 'No money' } }, undefined],
])('the body %j asks for %s ms', (body, ms) => {
  expect(readWaitOfBody(JSON.stringify(body))).toBe(ms);
});
