import type { GatewayConfig } from '../../config/load-config.ts';
import { membershipOf } from '../../fleet/membership-of.ts';
import { groupsOf, rulesFor } from '../../fleet/rules-for.ts';
import type { KeyRing } from '../../guard/keys/key-ring.ts';
import { createAllowances } from '../../guard/policies/create-allowances.ts';

/** @param live changes with each reload */
export const composeAllowances = (
  ring: KeyRing,
  live: Pick<GatewayConfig, 'policy'>,
): ReturnType<typeof createAllowances> =>
  createAllowances(ring, (key) => {
    const { policy } = live;
    return policy && rulesFor(policy, groupsOf(policy, membershipOf(key))).rules.models;
  });
