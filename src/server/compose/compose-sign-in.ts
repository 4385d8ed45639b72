import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admin } from '../../admin/create-admin.ts';
import type { Clock } from '../../base/time/clock.ts';
import { trimTrailing } from '../../base/trim-text.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { SignInConfig } from '../../config/read-sign-in.ts';
import { createAgent } from '../../forward/send/create-agent.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import type { KeyRing } from '../../guard/keys/key-ring.ts';
import { type AnnounceEnds, createAnnounceEnds, followEnds } from '../../guard/people/announce-ends.ts';
import type { EntryStore } from '../../guard/people/entry-store.ts';
import { type GroupRule, readGroupRules } from '../../guard/people/group-rules.ts';
import { createPeople, type People, withPeople } from '../../guard/people/people.ts';
import { isSignInPath } from '../../guard/people/sign-in-path.ts';
import type { TokenCheck } from '../../guard/people/token-port.ts';
import type { SettingsFor } from '../../identity/http/managed-settings.ts';
import type { AccessTokens } from '../../identity/tokens/access-tokens.ts';
import type { SharedState } from '../shared/open-shared-state.ts';

/** What every process needs that lets people in by their tokens. */
export interface SignInGate {
  readonly config: SignInConfig;
  readonly rules: readonly GroupRule[];
  readonly people: People;
  readonly tokens: AccessTokens;
  readonly check: TokenCheck;
  readonly secret: Buffer;
  /** The gateway's public address, without a slash at its end. */
  readonly base: () => string;
}

/** The keys of a gateway, and its people where they can sign in. */
export interface Callers {
  readonly ring: KeyRing;
  /** Absent where nobody can sign in: then nothing of it is loaded. */
  readonly gate: SignInGate | undefined;
}

/**
 * @param ring of the managed keys alone
 * @param secret which all processes and instances share
 * @param url where the gateway listens
 * @throws GatewayError invalid_config where what groups may do cannot be understood
 */
export const composeCallers = async (
  { signIn: config, publicUrl }: Pick<GatewayConfig, 'signIn' | 'publicUrl'>,
  ring: KeyRing,
  secret: Buffer,
  url: () => string,
  clock: Clock,
): Promise<Callers> => {
  if (!config) return { ring, gate: undefined };
  const { createAccessTokens } = await import('../../identity/tokens/access-tokens.ts');
  const { createTokenCheck } = await import('../../identity/tokens/create-token-check.ts');
  const now = (): number => clock.now();
  const rules = readGroupRules(config.groups);
  const people = createPeople(now);
  const base = (): string => trimTrailing(publicUrl?.href ?? url(), '/');
  const tokens = createAccessTokens({ secret, issuer: base, now });
  const check = createTokenCheck({ tokens, people, rules, now });
  return {
    ring: withPeople(ring, people),
    gate: { config, rules, people, tokens, check, secret, base },
  };
};

/** Sign-ins where they are kept, in the process that keeps them. */
export interface KeptSignIns {
  readonly entries: EntryStore;
  readonly announce: AnnounceEnds;
  close(): void;
}

/** From here on nobody is let in whom another gateway, or an earlier run, has locked out. */
export const keepSignIns = async (
  gate: SignInGate | undefined,
  { openSignIns }: Pick<SharedState, 'openSignIns'>,
): Promise<KeptSignIns | undefined> => {
  if (!gate) return undefined;
  const { entries, ends } = await openSignIns();
  const close = await followEnds(ends, gate.people);
  return { entries, announce: createAnnounceEnds(ends, gate.people), close };
};

/** Claude Code's managed settings, from the policy; nothing of it is loaded where there is none. */
const composeSettings = async ({ policy }: Pick<GatewayConfig, 'policy'>): Promise<SettingsFor> => {
  if (!policy) return () => undefined;
  const { compilePolicy } = await import('../../fleet/compile-policy.ts');
  const { groupsOf } = await import('../../fleet/rules-for.ts');
  const { membershipOf } = await import('../../fleet/membership-of.ts');
  return (key) => compilePolicy(policy, groupsOf(policy, membershipOf(key))).claude;
};

/** The endpoints of sign-in, in front of the admin's own. */
export const withSignIn = async <Inner extends Pick<Admin, 'handle' | 'openSession' | 'close'>>(
  admin: Inner,
  gate: SignInGate | undefined,
  config: Pick<GatewayConfig, 'proxies' | 'policy'>,
  deps: { readonly checkKey: CheckKey; readonly ring: KeyRing } & Pick<SharedState, 'adminLog'>,
  kept: KeptSignIns | undefined,
  clock: Clock,
): Promise<Inner> => {
  if (!gate || !kept) return admin;
  const { checkKey, ring, adminLog } = deps;
  const { createIdentity } = await import('../../identity/create-identity.ts');
  const now = (): number => clock.now();
  const agents = new Map<string, ReturnType<typeof createAgent>>();
  const identity = createIdentity({
    ...gate,
    checkKey,
    store: kept.entries,
    announce: kept.announce,
    adminLog,
    openSession: admin.openSession,
    settingsFor: await composeSettings(config),
    policyGroups: config.policy?.groups.flatMap(({ name, signInGroups }) => [name, ...signInGroups]) ?? [],
    keyOf: ring.find,
    agentFor: (target) => {
      const agent = agents.get(target.origin) ?? createAgent(target, config.proxies);
      agents.set(target.origin, agent);
      return agent;
    },
    now,
    monotonic: () => clock.monotonic(),
  });
  return {
    ...admin,
    handle: (request: IncomingMessage, response: ServerResponse, next: () => void) => {
      if (isSignInPath(request.url ?? '')) identity.handle(request, response);
      else admin.handle(request, response, next);
    },
    close: async () => {
      identity.close();
      kept.close();
      for (const agent of agents.values()) agent.destroy();
      await admin.close();
    },
  };
};
