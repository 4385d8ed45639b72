import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/load-config.ts';

/** What a reload of the configuration did. */
export interface Reloaded {
  /** The settings that hold from now on, by the names of the configuration's members. */
  readonly changed: readonly string[];
  /** Those that are other ones now, and hold from the next start on. */
  readonly needsRestart: readonly string[];
}

/** What a running gateway takes over: whom it asks, and how, and for how much. */
const RELOADED = [
  'providers',
  'defaultProvider',
  'upstream',
  'aliases',
  'failover',
  'modelLists',
  'keepsOnlyAliases',
  'streamStallMs',
  'cacheLossUsd',
  'chatgpt',
  'proxies',
  'policy',
  'budgets',
  'rateLimits',
] as const satisfies readonly (keyof GatewayConfig)[];

/** They say how the configuration was read, and not what it is. */
const UNTOLD: ReadonlySet<string> = new Set<keyof GatewayConfig>(['notices', 'upstream']);

const isReloaded = (name: string): boolean => RELOADED.some((known) => known === name);

/** The running configuration with what of the next one a running gateway takes over. */
export const mergeConfig = (
  running: GatewayConfig,
  next: GatewayConfig,
): { readonly config: GatewayConfig; readonly reloaded: Reloaded } => {
  const taken = Object.fromEntries(RELOADED.map((name) => [name, next[name]]));
  const names = [...new Set([...Object.keys(running), ...Object.keys(next)])] as (keyof GatewayConfig)[];
  const others = names.filter((name) => !UNTOLD.has(name) && !isDeepStrictEqual(running[name], next[name]));
  return {
    config: { ...running, ...taken },
    reloaded: {
      changed: others.filter(isReloaded),
      needsRestart: others.filter((name) => !isReloaded(name)),
    },
  };
};
