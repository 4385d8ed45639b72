import { join } from 'node:path';
import type { ChalkInstance } from 'chalk';
import type { CodexSignIn } from '../../codex/run/read-sign-in.ts';
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
  /** Whether Codex's configuration names this gateway; undefined where nobody knows where that is. */
  readonly isCodexConnected: boolean | undefined;
  readonly signIn: CodexSignIn;
  /** True where a ChatGPT sign-in is passed on. */
  readonly passesSignInOn: boolean;
  /** Which collectors are told of the exchanges, a line each. */
  readonly telemetry: readonly string[];
  readonly notices: readonly string[];
}

const shorten = (path: string): string => {
  const home = findHome();
  return home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
};

const upstreamOf = (facts: BannerFacts, colour: ChalkInstance): string => {
  if (facts.upstreamHost === undefined) return colour.yellow('the built-in demo (no model, no key, no cost)');
  const isPaidByPlan = facts.passesSignInOn && facts.signIn === 'chatgpt';
  const missing = isPaidByPlan
    ? 'your ChatGPT sign-in is passed on; no key is needed'
    : colour.yellow(`no key: set ${facts.keyVariable}, or try --demo`);
  const without = facts.isKeyNeeded ? missing : 'no key needed';
  const key = facts.keyOrigin ? `key from ${facts.keyOrigin}` : without;
  return `${facts.upstreamHost}   ${key}`;
};

const SIGN_INS: Readonly<Record<CodexSignIn, string>> = {
  chatgpt: 'signed in with ChatGPT',
  key: 'signed in with a key',
  none: 'not signed in',
};

const codexLine = ({ isCodexConnected, signIn }: BannerFacts, colour: ChalkInstance): string => {
  const command = 'npx gomodel-ts init-codex';
  if (isCodexConnected) return `connected, ${SIGN_INS[signIn]}`;
  if (isCodexConnected === undefined) return command;
  return `${colour.dim(`not connected, ${SIGN_INS[signIn]}:`)} ${command}`;
};

/** What a user wants to know when the gateway has started: where it is, where it leads, what to do next. */
export const createBanner = (facts: BannerFacts, colour: ChalkInstance): string => {
  const label = (text: string): string => colour.dim(text.padEnd(11));
  const access = facts.isGuarded ? 'guarded by GOMODEL_MASTER_KEY' : 'open to this machine, no key asked';
  // Its page would ask for the key; the command does not.
  const signedIn = facts.isGuarded ? colour.dim('   or: npx gomodel-ts dashboard') : '';
  const lines = [
    `${colour.bold('gomodel-ts')} ${facts.version}`,
    `${label('listening')}${colour.cyan(`${facts.url}/v1`)}   ${access}`,
    ...(facts.workers > 1 ? [`${label('workers')}${facts.workers} processes`] : []),
    `${label('dashboard')}${colour.cyan(`${facts.url}/admin/dashboard`)}${signedIn}`,
    `${label('upstream')}${upstreamOf(facts, colour)}`,
    ...(facts.otherProviders.length > 0 ? [`${label('and')}${facts.otherProviders.join(', ')}`] : []),
    `${label('log')}${shorten(join(facts.dataDir, 'audit'))}`,
    ...facts.telemetry.map((line) => `${label('telemetry')}${plainLine(line)}`),
    `${label('codex')}${codexLine(facts, colour)}`,
    ...facts.notices.map((notice) => `${colour.yellow('note')}       ${plainLine(notice)}`),
  ];
  return `${lines.join('\n')}\n\n`;
};
