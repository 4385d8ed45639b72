import { hash } from 'node:crypto';
import type { JsonObject } from '../base/json-object.ts';
import type { Policy, PolicyRules } from '../config/policy.ts';
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

/** Whoever can reach the gateway may ask for a policy, which stays what it is: each group's is compiled once. */
const compiled = new WeakMap<Policy, Map<string | undefined, CompiledPolicy>>();

/** @param groups of the policy that somebody is in, as `groupsOf` finds them */
export const compilePolicy = (policy: Policy, groups: readonly string[]): CompiledPolicy => {
  const { group, rules } = rulesFor(policy, groups);
  const known = compiled.get(policy) ?? new Map<string | undefined, CompiledPolicy>();
  compiled.set(policy, known);
  const made = known.get(group) ?? compileRules(policy, group, rules);
  known.set(group, made);
  return made;
};

const compileRules = (policy: Policy, group: string | undefined, rules: PolicyRules): CompiledPolicy => {
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
