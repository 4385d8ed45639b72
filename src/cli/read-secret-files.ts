import { resolve } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import type { Environment } from '../config/data-dir.ts';
import { isKnownProviderVariable } from '../config/providers/provider-fields.ts';
import { readConfigText } from './read-config-text.ts';

/** Variables whose value may be in a file, as containers hand secrets on. */
const NAMES_FILE =
  /^(GOMODEL_MASTER_KEY|OIDC_CLIENT_SECRET|POSTGRES_URL|[A-Z][A-Z0-9_]*_API_KEY(?:_\d{1,2})?)_FILE$/;

/** Whether nobody else has a variable of this name; a provider that only the configuration names may be another program's. */
const isOwn = (variable: string): boolean =>
  isKnownProviderVariable(variable) || !/_API_KEY(?:_\d{1,2})?$/.test(variable);

type Secret = { readonly text: string } | { readonly problem: string };

const readSecret = (path: string, cwd: string): Secret => {
  const file = readConfigText(resolve(cwd, path));
  if (file.kind === 'absent') return { problem: `${path} does not exist` };
  if (file.kind === 'unusable') return { problem: `${path} ${file.problem}` };
  const text = file.text.trim();
  return text === '' ? { problem: `${path} is empty` } : { text };
};

/**
 * The environment with each secret that is in a file: `OPENAI_API_KEY_FILE=/run/secrets/openai` is `OPENAI_API_KEY`, without
 * the blanks and line breaks around it. Only the environment itself may name such a file.
 * @throws GatewayError invalid_config where the variable itself is set, too, or the file cannot be used
 */
export const withSecretFiles = (env: Environment, cwd: string): Environment => {
  const found: Record<string, string> = {};
  for (const [name, path = ''] of Object.entries(env)) {
    const [, variable] = NAMES_FILE.exec(name) ?? [];
    if (variable === undefined || path === '') continue;
    const secret: Secret = env[variable]
      ? { problem: `${variable} is set, too, and only one of them can hold` }
      : readSecret(path, cwd);
    if ('text' in secret) found[variable] = secret.text;
    else if (isOwn(variable)) throw new GatewayError('invalid_config', `${name}: ${secret.problem}.`);
  }
  return Object.keys(found).length === 0 ? env : { ...env, ...found };
};
