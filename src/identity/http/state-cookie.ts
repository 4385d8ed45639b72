import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../../base/json-object.ts';
import { peerOf } from '../../guard/peer-of.ts';
import type { SignInSecrets } from '../provider/open-provider.ts';
import { digestOf } from '../sign-ins/secrets.ts';
import type { Seal } from '../tokens/seal.ts';

/** What a sign-in was begun for. */
export type Purpose =
  | { readonly kind: 'page'; readonly view: string }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly redirectUri: string;
      readonly challenge: string;
      readonly state: string | undefined;
    }
  | { readonly kind: 'device'; readonly device: string; readonly userCode: string };

export interface Begun extends SignInSecrets {
  readonly purpose: Purpose;
}

/** People look for their phone before they have signed in. */
const SIGN_IN_MS = 10 * 60_000;

/** Each sign-in has a cookie of its own, so that two tabs do not disturb each other. */
const nameOf = (request: IncomingMessage, state: string): string =>
  `gomodel_sign_in_${peerOf(request).localPort}_${digestOf(state).slice(0, 12)}`;

export const cookieOf = (request: IncomingMessage, name: string): string | undefined => {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const readPurpose = (value: unknown): Purpose | undefined => {
  if (!isObject(value)) return undefined;
  const { kind, state } = value;
  if (kind === 'page') return { kind, view: text(value.view) };
  if (kind === 'device') return { kind, device: text(value.device), userCode: text(value.userCode) };
  if (kind !== 'client') return undefined;
  return {
    kind,
    clientId: text(value.clientId),
    redirectUri: text(value.redirectUri),
    challenge: text(value.challenge),
    state: typeof state === 'string' ? state : undefined,
  };
};

const readBegun = (value: JsonObject | undefined): Begun | undefined => {
  const purpose = readPurpose(value?.purpose);
  if (!value || !purpose) return undefined;
  return { state: text(value.state), nonce: text(value.nonce), verifier: text(value.verifier), purpose };
};

/**
 * Binds a sign-in to the browser that began it: whoever is led to the way back by a link of somebody else's has no
 * such cookie. Nothing is kept here, so any instance can finish what another one has begun.
 */
export const createStateCookies = (seal: Pick<Seal, 'sealState' | 'openState'>, isSecure: () => boolean) => {
  // Lax, since the browser comes back from the identity provider's site.
  const print = (name: string, value: string, maxAgeS: number): string =>
    `${name}=${value}; Path=/oauth/callback; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${isSecure() ? '; Secure' : ''}`;
  return {
    /** @returns the `Set-Cookie` header */
    begin: async (request: IncomingMessage, begun: Begun): Promise<string> =>
      print(nameOf(request, begun.state), await seal.sealState({ ...begun }, SIGN_IN_MS), SIGN_IN_MS / 1000),
    /** @returns undefined where this browser has begun no such sign-in, or too long ago */
    find: async (request: IncomingMessage, state: string): Promise<Begun | undefined> => {
      const sealed = cookieOf(request, nameOf(request, state));
      const begun = sealed === undefined ? undefined : readBegun(await seal.openState(sealed));
      return begun?.state === state ? begun : undefined;
    },
    /** @returns the `Set-Cookie` header that takes it away: it counts once */
    clear: (request: IncomingMessage, state: string): string => print(nameOf(request, state), '', 0),
  };
};

export type StateCookies = ReturnType<typeof createStateCookies>;
