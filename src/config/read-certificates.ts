import { readFileSync } from 'node:fs';
import { GatewayError } from '../base/errors.ts';
import type { Environment } from './data-dir.ts';

/** The variables by which Codex and curl are told of a company's certificates, and Node's own. */
const CERTIFICATE_VARIABLES = ['CODEX_CA_CERTIFICATE', 'SSL_CERT_FILE'] as const;
const NODE_VARIABLE = 'NODE_EXTRA_CA_CERTS';

const readCertificates = (name: string, file: string): string => {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN ')) return text;
  } catch (cause) {
    throw new GatewayError(
      'invalid_config',
      `${name} names ${file}, which cannot be read. Correct it or unset it.`,
      {
        cause,
      },
    );
  }
  throw new GatewayError(
    'invalid_config',
    `${name} names ${file}, which has no PEM certificate. Correct it or unset it.`,
  );
};

/**
 * The certificates that are trusted beside the usual ones, as PEM texts; undefined where no variable but Node's
 * own names some, which Node reads by itself.
 * @throws GatewayError invalid_config where a file cannot be read
 */
export const readTrustedCertificates = (env: Environment): readonly string[] | undefined => {
  const named = CERTIFICATE_VARIABLES.flatMap((name) =>
    env[name] ? [readCertificates(name, env[name])] : [],
  );
  if (named.length === 0) return undefined;
  const extra = env[NODE_VARIABLE];
  // Node warns of a file that it cannot read, and goes on.
  return extra ? [...named, readCertificates(NODE_VARIABLE, extra)] : named;
};
