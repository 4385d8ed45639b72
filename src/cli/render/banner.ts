import { join } from 'node:path';
import type { ChalkInstance } from 'chalk';
import { findHome } from '../find-home.ts';
import { plainLine } from './plain-text.ts';

export interface BannerFacts {
  readonly version: string;
  readonly url: string;
  /** Host of the upstream, or undefined for the demo's. */
  readonly upstreamHost: string | undefined;
  /** Where the provider's key came from; undefined where there is none. */
  readonly keyOrigin: string | undefined;
  readonly keyVariable: string;
  readonly isKeyNeeded: boolean;
  /** The names of the other providers. */
  readonly otherProviders: readonly string[];
  /** How many processes serve requests. */
  readonly workers: number;
  readonly dataDir: string;
  readonly isGuarded: boolean;
  readonly notices: readonly string[];
}

const shorten = (path: string): string => {
  const home = findHome();
  return home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
};

const upstreamOf = (facts: BannerFacts, colour: ChalkInstance): string => {
  if (facts.upstreamHost === undefined) return colour.yellow('the built-in demo (no model, no key, no cost)');
  const without = facts.isKeyNeeded
    ? colour.yellow(`no key: set ${facts.keyVariable}, or try --demo`)
    : 'no key needed';
  const key = facts.keyOrigin ? `key from ${facts.keyOrigin}` : without;
  return `${facts.upstreamHost}   ${key}`;
};

/** What a user wants to know when the gateway has started: where it is, where it leads, what to do next. */
export const createBanner = (facts: BannerFacts, colour: ChalkInstance): string => {
  const label = (text: string): string => colour.dim(text.padEnd(11));
  const access = facts.isGuarded ? 'guarded by GOMODEL_MASTER_KEY' : 'open to this machine, no key asked';
  const lines = [
    `${colour.bold('gomodel-ts')} ${facts.version}`,
    `${label('listening')}${colour.cyan(`${facts.url}/v1`)}   ${access}`,
    ...(facts.workers > 1 ? [`${label('workers')}${facts.workers} processes`] : []),
    `${label('upstream')}${upstreamOf(facts, colour)}`,
    ...(facts.otherProviders.length > 0 ? [`${label('and')}${facts.otherProviders.join(', ')}`] : []),
    `${label('log')}${shorten(join(facts.dataDir, 'audit'))}`,
    `${label('next')}npx gomodel-ts init-codex   ${colour.dim('writes the provider block into Codex’s config.toml')}`,
    ...facts.notices.map((notice) => `${colour.yellow('note')}       ${plainLine(notice)}`),
  ];
  return `${lines.join('\n')}\n\n`;
};
