import { GatewayError } from '../base/errors.ts';
import type { Definition } from './providers/definition.ts';
import { refuseStrayCredential } from './providers/refuse-stray-credential.ts';
import { type ConfigSources, readSetting } from './read-setting.ts';

/** By which identity provider people sign in, and what their groups may do. */
export interface SignInConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret: string | undefined;
  /** Separated by spaces. */
  readonly scopes: string;
  readonly groupsClaim: string;
  readonly authorizationParams: Readonly<Record<string, string>>;
  /** How long a token is valid. */
  readonly tokenLifeMs: number;
  /** In the order of the file; none: everybody who signs in may call models. */
  readonly groups: readonly Definition[];
}

/**
 * @param groups what the configuration file says of groups
 * @returns undefined where no identity provider is named
 * @throws GatewayError invalid_config where one is named, and not under which id it knows the gateway
 */
export const readSignIn = (
  sources: ConfigSources,
  groups: readonly Definition[],
): SignInConfig | undefined => {
  const issuer = readSetting('oidcIssuer', sources);
  if (!issuer) return undefined;
  const clientId = readSetting('oidcClientId', sources)?.value;
  if (clientId === undefined) {
    throw new GatewayError(
      'invalid_config',
      `${issuer.origin} names an identity provider, and no OIDC_CLIENT_ID says under which id it knows this gateway. Register the gateway there, and set OIDC_CLIENT_ID.`,
    );
  }
  const secret = readSetting('oidcClientSecret', sources);
  if (secret) refuseStrayCredential(secret, { ...issuer, url: issuer.value, variable: 'OIDC_ISSUER' });
  return {
    issuer: issuer.value,
    clientId,
    clientSecret: secret?.value,
    scopes: readSetting('oidcScopes', sources)?.value ?? 'openid',
    groupsClaim: readSetting('oidcGroupsClaim', sources)?.value ?? 'groups',
    authorizationParams: readSetting('oidcAuthorizationParams', sources)?.value ?? {},
    tokenLifeMs: readSetting('oidcTokenLifetime', sources)?.value ?? 900_000,
    groups,
  };
};
