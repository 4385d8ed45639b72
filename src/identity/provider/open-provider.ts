import type { Agent } from 'node:http';
import * as client from 'openid-client';
import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { SignInConfig } from '../../config/read-sign-in.ts';
import type { Person } from '../../guard/people/person.ts';
import { providerFailure } from './provider-failure.ts';
import { createProviderFetch } from './provider-fetch.ts';
import { groupsIn, isLeftOut, readPerson } from './read-person.ts';

/** What proves that an answer of the provider belongs to a question of ours. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
}

/** Somebody who has just signed in, or still may. */
export interface SignedIn {
  readonly person: Person;
  /** Absent where the provider gave none: then it cannot be asked again. */
  readonly refreshToken: string | undefined;
}

/** The company's identity provider. All of it rejects with identity_provider_unavailable where that is away. */
export interface Provider {
  /** Where a browser signs in. */
  authorizationUrl(secrets: SignInSecrets): Promise<URL>;
  /**
   * Finishes a sign-in.
   * @param answer the query with which the browser came back
   * @throws GatewayError sign_in_expired where the provider refuses it
   */
  finish(answer: URLSearchParams, secrets: SignInSecrets): Promise<SignedIn>;
  /**
   * Asks whether somebody may still sign in, and what their groups are now.
   * @returns undefined where the provider says that they may not
   */
  refresh(refreshToken: string, subject: string): Promise<SignedIn | undefined>;
}

const TIMEOUT_S = 10;
/** What a provider says of itself may change: it is asked again after so long. */
const KNOWN_FOR_MS = 3_600_000;
/** What the clocks of two machines may differ by. */
const TOLERANCE_S = 30;

export interface ProviderDeps {
  readonly config: SignInConfig;
  /** Whether what somebody may do, or must, follows from their groups. */
  readonly needsGroups: boolean;
  /** Where browsers come back to. */
  readonly redirectUri: URL;
  readonly agentFor: (url: URL) => Agent;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export const createSignInSecrets = (): SignInSecrets => ({
  state: client.randomState(),
  nonce: client.randomNonce(),
  verifier: client.randomPKCECodeVerifier(),
});

/** Basic is what every provider takes that says nothing. */
const clientAuth = (secret: string | undefined, methods: readonly string[] = ['client_secret_basic']) => {
  if (secret === undefined) return client.None();
  return methods.includes('client_secret_basic')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret);
};

/** Without their groups somebody could be let in by rules that are not theirs. */
const tooManyGroups = (name: string, host: string): GatewayError =>
  new GatewayError(
    'not_permitted',
    `${name} is in more groups than the identity provider at ${host} puts into a token, so it named none. Whoever runs it can have it send only the groups of this application, or application roles (OIDC_GROUPS_CLAIM=roles).`,
  );

/** Discovers the provider with the first sign-in, so that the gateway starts without it. */
export const openProvider = ({ config, needsGroups, redirectUri, agentFor, now }: ProviderDeps): Provider => {
  const { issuer, clientId, clientSecret, scopes, groupsClaim, authorizationParams } = config;
  const fetch = createProviderFetch(agentFor);
  const options: client.DiscoveryRequestOptions = {
    timeout: TIMEOUT_S,
    [client.customFetch]: fetch,
    ...(issuer.protocol === 'http:' && { execute: [client.allowInsecureRequests] }),
  };
  const discover = async (): Promise<client.Configuration> => {
    const found = await client.discovery(issuer, clientId, undefined, client.None(), options);
    const metadata = found.serverMetadata();
    const known = new client.Configuration(
      metadata,
      clientId,
      { [client.clockTolerance]: TOLERANCE_S },
      clientAuth(clientSecret, metadata.token_endpoint_auth_methods_supported),
    );
    known.timeout = TIMEOUT_S;
    known[client.customFetch] = fetch;
    if (issuer.protocol === 'http:') client.allowInsecureRequests(known);
    // The signature is checked although the token comes by a connection of our own.
    client.enableNonRepudiationChecks(known);
    return known;
  };

  let known: { readonly configuration: client.Configuration; readonly atMs: number } | undefined;
  let asking: Promise<client.Configuration> | undefined;
  const ask = async (): Promise<client.Configuration> => {
    try {
      const configuration = await discover();
      known = { configuration, atMs: now() };
      return configuration;
    } catch (error) {
      // What it said an hour ago is better than nothing.
      if (known) return known.configuration;
      throw error;
    } finally {
      asking = undefined;
    }
  };
  const configurationNow = async (): Promise<client.Configuration> => {
    if (known && now() - known.atMs < KNOWN_FOR_MS) return known.configuration;
    asking ??= ask();
    return asking;
  };

  /** The claims of an answer; groups may be told by the userinfo endpoint alone. */
  const signedIn = async (
    configuration: client.Configuration,
    tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
    subject: string | undefined,
  ): Promise<SignedIn> => {
    const claims: JsonObject | undefined = tokens.claims();
    const told = claims && groupsIn(claims, groupsClaim);
    const sub = subject ?? claims?.sub;
    const mustAsk = claims === undefined || told === undefined;
    const info: JsonObject | undefined =
      mustAsk && typeof sub === 'string' && configuration.serverMetadata().userinfo_endpoint !== undefined
        ? await client.fetchUserInfo(configuration, tokens.access_token, sub)
        : undefined;
    const all: JsonObject = { ...info, ...claims };
    const groups = told ?? (info && groupsIn(info, groupsClaim));
    const person = readPerson(all, groups ?? []);
    if (!groups && needsGroups && isLeftOut(all, groupsClaim)) throw tooManyGroups(person.name, issuer.host);
    if (subject !== undefined && person.subject !== subject) {
      throw new GatewayError('upstream_invalid_answer', 'the identity provider answered for somebody else.');
    }
    return { person, refreshToken: tokens.refresh_token };
  };

  const failure = providerFailure(issuer.host);
  return {
    authorizationUrl: async ({ state, nonce, verifier }) => {
      try {
        return client.buildAuthorizationUrl(await configurationNow(), {
          ...authorizationParams,
          redirect_uri: redirectUri.href,
          scope: scopes,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
      } catch (error) {
        throw failure.toGatewayError(error);
      }
    },
    finish: async (answer, { state, nonce, verifier }) => {
      try {
        const configuration = await configurationNow();
        const back = new URL(redirectUri);
        back.search = answer.toString();
        const tokens = await client.authorizationCodeGrant(configuration, back, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        return await signedIn(configuration, tokens, undefined);
      } catch (error) {
        throw failure.toGatewayError(error);
      }
    },
    refresh: async (refreshToken, subject) => {
      try {
        const configuration = await configurationNow();
        const tokens = await client.refreshTokenGrant(configuration, refreshToken);
        const { person, refreshToken: next } = await signedIn(configuration, tokens, subject);
        return { person, refreshToken: next ?? refreshToken };
      } catch (error) {
        if (failure.isEnd(error)) return undefined;
        throw failure.toGatewayError(error);
      }
    },
  };
};
