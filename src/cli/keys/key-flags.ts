import type { Command } from 'commander';
import type { JsonObject } from '../../base/json-object.ts';

/** What `create` and `update` say of a key. */
export interface TermsFlags {
  readonly name?: string;
  readonly role?: string;
  readonly userPath?: string;
  readonly acceptUserPath?: boolean;
  readonly label?: readonly string[];
  readonly model?: readonly string[];
  readonly provider?: readonly string[];
  readonly bodies?: string;
  readonly expires?: string;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const withTermsFlags = (command: Command): Command =>
  command
    .option('--user-path <path>', 'whom its requests are for, such as /team/alpha')
    .option('--accept-user-path', 'let requests name their own path (USER_PATH_HEADER)')
    .option('--label <label>', 'added to each of its requests; may be repeated', collect)
    .option('--model <name>', 'only these models, such as gpt-5*; may be repeated', collect)
    .option('--provider <name>', 'only these providers; may be repeated', collect)
    .option('--expires <when>', 'in 12h or 90d, for example, or on a date')
    .option('--role <role>', 'user, member, auditor or admin')
    .option('--bodies <whose>', 'whose bodies its holder sees on the page: own, all or none');

/** One empty value stands for none at all: `--model ''`. */
const listOf = (values: readonly string[]): readonly string[] =>
  values.length === 1 && values[0] === '' ? [] : values;

/** The flags as `readTerms` takes them. An empty value takes a term away. */
export const termsOf = (flags: TermsFlags): JsonObject => {
  const { name, role, userPath, acceptUserPath, label, model, provider, bodies, expires } = flags;
  return {
    ...(name !== undefined && { name }),
    ...(role !== undefined && { role }),
    ...(userPath !== undefined && { userPath: userPath === '' ? null : userPath }),
    ...(acceptUserPath !== undefined && { acceptsUserPath: acceptUserPath }),
    ...(label && { labels: listOf(label) }),
    ...(model && { models: listOf(model) }),
    ...(provider && { providers: listOf(provider) }),
    ...(bodies !== undefined && { bodies }),
    ...(expires !== undefined && { expires: expires === '' || expires === 'never' ? null : expires }),
  };
};
