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

/** @param groups that somebody is in, as `groupsOf` finds them, or as an identity provider says */
export const compilePolicy = (policy: Policy, groups: readonly string[]): CompiledPolicy => {
  const { group, rules } = rulesFor(policy, groups);
  const codex = {
    configToml: compileDefaults(rules),
    requirementsToml: compileRequirements(policy, rules),
  };
  const claude = compileClaude(policy, rules);
  const etag = `"${hash('sha256', JSON.stringify([codex, claude])).slice(0, 32)}"`;
  return { group, codex, claude, etag };
};
