/**
 * Where a value may come from, strongest first. A file of the working folder is one that lies there, whether
 * it was trusted (`gomodel-ts trust`) or named (`--env-file`, `--config`): what it says is the word of
 * whoever wrote the repository.
 */
export type Source =
  | 'flag'
  | 'environment'
  /** Named by `--env-file`, `--config` or `GOMODEL_CONFIG`, and outside of the working folder. */
  | 'named_file'
  | 'working_folder'
  /** `gomodel.yaml` of the data folder. */
  | 'data_folder'
  | 'default';

const OWN = ['flag', 'environment', 'named_file', 'data_folder', 'default'] as const;
const PLACES = ['flag', 'environment'] as const;
const OWN_VARIABLES = ['flag', 'environment', 'named_file'] as const;

/**
 * What only some sources may set, by variable; any source may set the rest. A repository must not choose
 * where the gateway keeps its files, who can reach it, or whom its traffic passes.
 */
const RESTRICTED: Readonly<Record<string, readonly Source[]>> = {
  // Where further files are. A file that says so would be known to some commands, and not to others.
  GOMODEL_HOME: PLACES,
  XDG_DATA_HOME: PLACES,
  GOMODEL_CONFIG: PLACES,
  // Codex reads this one itself, from its environment.
  CODEX_HOME: PLACES,
  HOST: OWN,
  TLS_CERT: OWN,
  TLS_KEY: OWN,
  TRUSTED_PROXIES: OWN,
  // Whether anything but the providers is asked.
  GOMODEL_UPDATE_CHECK: OWN,
  // Whose project is billed, and sees what was asked; and which of the user's files is a credential.
  GOOGLE_CLOUD_PROJECT: OWN_VARIABLES,
  GOOGLE_APPLICATION_CREDENTIALS: OWN_VARIABLES,
  // Who may use the gateway, and who reads its log.
  STORAGE_TYPE: OWN,
  POSTGRES_URL: OWN,
  POSTGRES_FALLBACK: OWN,
  BODIES_URL: OWN,
  PUBLIC_URL: OWN,
  OIDC_ISSUER: OWN,
  OIDC_CLIENT_ID: OWN,
  OIDC_CLIENT_SECRET: OWN,
  OIDC_SCOPES: OWN,
  OIDC_GROUPS_CLAIM: OWN,
  OIDC_AUTHORIZATION_PARAMS: OWN,
  OIDC_TOKEN_LIFETIME: OWN,
  HTTP_PROXY: OWN_VARIABLES,
  HTTPS_PROXY: OWN_VARIABLES,
  ALL_PROXY: OWN_VARIABLES,
  NO_PROXY: OWN_VARIABLES,
};

export const RESTRICTED_VARIABLES = Object.keys(RESTRICTED);

/** A repository must not raise what its reader may spend. */
const DEFINITIONS = /^SET_(?:BUDGET|RATE_LIMIT|PROVIDER_RATE_LIMIT)(?:_|$)/;

/** Where it is told what passes here, and with which credential: a repository chooses neither. */
const TELEMETRY = /^OTEL_/;

/** @param variable in any case, since proxies are read in both */
export const maySet = (source: Source, variable: string): boolean => {
  const name = variable.toUpperCase();
  return DEFINITIONS.test(name) || TELEMETRY.test(name)
    ? OWN_VARIABLES.some((own) => own === source)
    : (RESTRICTED[name]?.includes(source) ?? true);
};

/** Whether a variable defines a budget or a limit. */
export const isDefinitionVariable = (variable: string): boolean => DEFINITIONS.test(variable);

/** Two levels: what the user decided, and what a file of the working folder says. */
const trustOf = (source: Source): number => (source === 'working_folder' ? 0 : 1);

/** True where a credential from one source may be sent to an address from the other one. */
export const mayReceive = (address: Source, credential: Source): boolean =>
  trustOf(address) >= trustOf(credential);
