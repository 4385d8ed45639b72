import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { type BannerFacts, createBanner } from '../../../src/cli/render/banner.ts';

const FACTS: BannerFacts = {
  version: '1.2.3',
  url: 'http://localhost:8080',
  upstreamHost: 'api.openai.com',
  keyOrigin: 'OPENAI_API_KEY',
  keyVariable: 'OPENAI_API_KEY',
  isKeyNeeded: false,
  otherProviders: ['groq'],
  workers: 1,
  dataDir: '/data',
  isGuarded: false,
  isCodexConnected: false,
  signIn: 'none',
  passesSignInOn: true,
  telemetry: ['traces to http://localhost:4318 (OTEL_EXPORTER_OTLP_ENDPOINT)'],
  notices: ['a notice'],
};
const bannerOf = (facts: Partial<BannerFacts> = {}): string =>
  createBanner({ ...FACTS, ...facts }, new Chalk({ level: 0 }));

it('has its facts in one column, each below the other', () => {
  const [name, ...lines] = bannerOf({ workers: 4 }).trimEnd().split('\n');
  expect(name).toBe('gomodel-ts 1.2.3');
  expect(lines.map((line) => line.slice(0, 11))).toEqual([
    'listening  ',
    'workers    ',
    'dashboard  ',
    'upstream   ',
    'and        ',
    'log        ',
    'telemetry  ',
    'codex      ',
    'note       ',
  ]);
  expect(lines.map((line) => line[11])).not.toContain(' ');
});

it('says how many processes serve requests where they are several', () => {
  expect(bannerOf({ workers: 4 })).toContain('\nworkers    4 processes\n');
  expect(bannerOf({ workers: 1 })).not.toContain('workers');
});

it('says where the dashboard is, and how Codex stands', () => {
  expect(bannerOf()).toContain('\ndashboard  http://localhost:8080/admin/dashboard\n');
  expect(bannerOf({ isGuarded: true })).toContain('/admin/dashboard   or: npx gomodel-ts dashboard\n');
  expect(bannerOf()).toContain('\ncodex      not connected, not signed in: npx gomodel-ts init-codex\n');
  const connected = bannerOf({ isCodexConnected: true, signIn: 'chatgpt' });
  expect(connected).toContain('\ncodex      connected, signed in with ChatGPT\n');
  expect(connected).not.toContain('init-codex');
});

it('asks a plan for no key, and everybody else', () => {
  const facts = { keyOrigin: undefined, isKeyNeeded: true } as const;
  expect(bannerOf({ ...facts, signIn: 'chatgpt' })).toContain('your ChatGPT sign-in is passed on');
  expect(bannerOf({ ...facts, signIn: 'chatgpt', passesSignInOn: false })).toContain('no key: set');
  expect(bannerOf(facts)).toContain('no key: set OPENAI_API_KEY, or try --demo');
});

it('fits in 80 columns', () => {
  for (const line of bannerOf({ isGuarded: true, signIn: 'chatgpt' }).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80);
});
