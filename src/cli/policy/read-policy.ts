import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { requireUserPath } from '../../base/user-path.ts';
import { type GatewayConfig, loadConfig } from '../../config/load-config.ts';
import type { Policy } from '../../config/policy.ts';
import { membershipOf } from '../../fleet/membership-of.ts';
import { groupsOf } from '../../fleet/rules-for.ts';
import { openSharedState } from '../../server/shared/open-shared-state.ts';
import type { CommandContext } from '../context.ts';
import { type ConfigFlags, readSources } from '../read-config.ts';

/** Whose rules are asked for; the default where nobody is named. */
export interface WhoFlags extends ConfigFlags {
  /** The name or the id of a key. */
  readonly user?: string;
  readonly group?: string;
  readonly userPath?: string;
}

/** @throws GatewayError invalid_config where there is none */
export const readPolicy = async (
  flags: ConfigFlags,
  context: CommandContext,
): Promise<{ readonly policy: Policy; readonly config: GatewayConfig }> => {
  const config = loadConfig(await readSources(flags, context));
  if (config.policy) return { policy: config.policy, config };
  throw new GatewayError(
    'invalid_config',
    'there is no policy. Add `policy:` to gomodel.yaml in the data folder, with the address of this gateway: policy: { url: https://gw.example }',
  );
};

const findKey = async (name: string, config: GatewayConfig) => {
  const state = await openSharedState(config, systemClock);
  try {
    const { keys } = await state.keyStore.load();
    const found = keys.find((key) => key.id === name || (key.name === name && key.revokedAt === undefined));
    if (found) return found;
    throw new GatewayError(
      'invalid_usage',
      `there is no key "${name}". \`gomodel-ts keys list\` shows them.`,
    );
  } finally {
    await state.close();
  }
};

/**
 * The groups of whoever the flags name.
 * @throws GatewayError invalid_usage where there is no such key or group
 */
export const readGroups = async (
  { user, group, userPath }: WhoFlags,
  policy: Policy,
  config: GatewayConfig,
): Promise<readonly string[]> => {
  if (group !== undefined) {
    if (policy.groups.some(({ name }) => name === group)) return [group];
    const names = policy.groups.map(({ name }) => name).join(', ') || 'none';
    throw new GatewayError('invalid_usage', `the policy has no group "${group}". It has: ${names}.`);
  }
  if (userPath !== undefined) return groupsOf(policy, { userPath: requireUserPath(userPath, '--user-path') });
  if (user !== undefined) return groupsOf(policy, membershipOf(await findKey(user, config)));
  return [];
};
