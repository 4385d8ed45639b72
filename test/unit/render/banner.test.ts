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
    'upstream   ',
    'and        ',
    'log        ',
    'next       ',
    'note       ',
  ]);
  expect(lines.map((line) => line[11])).not.toContain(' ');
});

it('says how many processes serve requests where they are several', () => {
  expect(bannerOf({ workers: 4 })).toContain('\nworkers    4 processes\n');
  expect(bannerOf({ workers: 1 })).not.toContain('workers');
});
