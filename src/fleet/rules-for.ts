import { isWithin } from '../base/user-path.ts';
import type { Policy, PolicyRules } from '../config/policy.ts';

/** By what the gateway knows somebody. Never what a request says of itself: a client could choose its group. */
export interface Membership {
  /** Of the key. */
  readonly userPath?: string | undefined;
  /** Of the key. */
  readonly labels?: readonly string[];
  /** As the identity provider calls them. */
  readonly groups?: readonly string[];
}

/** The groups that somebody is in, in the order of the policy. */
export const groupsOf = (
  { groups }: Pick<Policy, 'groups'>,
  { userPath, labels = [], groups: named = [] }: Membership,
): readonly string[] =>
  groups
    .filter(
      ({ name, userPaths, labels: wanted, signInGroups }) =>
        named.includes(name) ||
        signInGroups.some((group) => named.includes(group)) ||
        wanted.some((label) => labels.includes(label)) ||
        (userPath !== undefined && userPaths.some((path) => isWithin(userPath, path))),
    )
    .map(({ name }) => name);

/**
 * The rules of whoever is in these groups: those of the first of them, in the order of the policy; the default has
 * what that one leaves out.
 */
export const rulesFor = (
  policy: Pick<Policy, 'default' | 'groups'>,
  groups: readonly string[],
): { readonly group: string | undefined; readonly rules: PolicyRules } => {
  const found = policy.groups.find(({ name }) => groups.includes(name));
  return { group: found?.name, rules: { ...policy.default, ...found?.rules } };
};
