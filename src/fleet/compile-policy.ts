import { hash } from 'node:crypto';
import type { JsonObject } from '../base/json-object.ts';
import type { Policy } from '../config/policy.ts';
import { compileClaude } from './compile-claude.ts';
import { compileDefaults, compileRequirements } from './compile-codex.ts';
import { rulesFor } from './rules-for.ts';

/** A policy in the words of the clients. */
export interface CompiledPolicy {
  /** Whose rules these are; undefined: the default. */
  readonly group: string | undefined;
  readonly codex: {
    /** What users start with, TOML. */
    readonly configToml: string;
    /** What holds, TOML. */
    readonly requirementsToml: string;
  };
  /** Managed settings. */
  readonly claude: JsonObject;
  /** Of all of it, in quotes as HTTP has it: the same rules have the same one, in every process and at any time. */
  readonly etag: string;
}

/** The short form of a version, which clients name in their requests, and Codex shows beside what it overrides. */
export const versionOf = ({ group, etag }: Pick<CompiledPolicy, 'group' | 'etag'>): string =>
  `${group ?? 'default'}-${etag.slice(1, 9)}`;

/** @param groups that somebody is in, as `groupsOf` finds them, or as an identity provider says */
export const compilePolicy = (policy: Policy, groups: readonly string[]): CompiledPolicy => {
  const { group, rules } = rulesFor(policy, groups);
  const compileAs = (version: string) => ({
    codex: {
      configToml: compileDefaults(rules),
      requirementsToml: compileRequirements(policy, rules, version),
    },
    claude: compileClaude(policy, rules, version),
  });
  // The version is that of all the rest, which names it.
  const etag = `"${hash('sha256', JSON.stringify(compileAs(''))).slice(0, 32)}"`;
  return { group, ...compileAs(versionOf({ group, etag })), etag };
};
