import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { GatewayError } from '../../base/errors.ts';
import { trustGateway } from '../../base/gateway-trust.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { askHealth, type RunningGateway } from '../ask-health.ts';

/** By which programs of this machine may reach it. */
const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'] as const;

const carries = (certificate: X509Certificate, hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, '');
  // The common name counts for neither client.
  return isIP(address) > 0
    ? certificate.checkIP(address) !== undefined
    : certificate.checkHost(address, { subject: 'never' }) !== undefined;
};

/**
 * The address of a running gateway by a name that its certificate carries. This program knows the certificate itself;
 * the one that is to be run compares names.
 * @param certificate that the gateway has announced, PEM
 * @throws GatewayError command_failed where it carries no name by which the gateway answers here
 */
export const addressOverTls = async (
  { url, instance }: RunningGateway,
  certificate: string,
  publicUrl: URL | undefined,
): Promise<string> => {
  const leaf = new X509Certificate(certificate);
  const { port } = new URL(url);
  const candidates = [url, ...OWN_NAMES.map((name) => `https://${name}:${port}`), publicUrl?.origin];
  for (const candidate of new Set(candidates)) {
    if (candidate === undefined || !carries(leaf, new URL(candidate).hostname)) continue;
    trustGateway(candidate, certificate);
    if ((await askHealth(candidate))?.instance === instance) return candidate;
  }
  const names = leaf.subjectAltName ?? 'no name';
  throw new GatewayError(
    'command_failed',
    `the gateway at ${url} has a certificate for ${names.slice(0, 200)}, and answers this machine by none of these. Have it issued for localhost as well, set PUBLIC_URL to an address with such a name, or run this with --own, which starts a gateway for the run.`,
  );
};

/** A chain that ends with its own authority: no program knows that, unless it is told. */
const privateChain = (certFile: string): string | undefined => {
  try {
    const chain = readFileSync(certFile, 'utf8').match(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
    );
    const last = new X509Certificate(chain?.at(-1) ?? '');
    return last.issuer === last.subject ? certFile : undefined;
  } catch {
    // What cannot be read is told by the gateway that listens with it.
    return undefined;
  }
};

/** Where each program reads whom to trust. */
const VARIABLES = {
  codex: ['CODEX_CA_CERTIFICATE', 'SSL_CERT_FILE'],
  claude: ['NODE_EXTRA_CA_CERTS'],
} as const;

/**
 * The variable that lets a program trust the authority of a gateway over TLS: the file that the others of this shell
 * name, or the gateway's own where that ends with its authority. What is set for the program already stays.
 */
export const authorityFor = (
  program: keyof typeof VARIABLES,
  gatewayUrl: string,
  { tls }: Pick<GatewayConfig, 'tls'>,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> => {
  const own = VARIABLES[program];
  if (!gatewayUrl.startsWith('https:') || own.some((name) => env[name])) return {};
  const named = Object.values(VARIABLES)
    .flat()
    .map((name) => env[name])
    .find(Boolean);
  const file = named ?? (tls && privateChain(tls.certFile));
  return file === undefined ? {} : { [own[0]]: file };
};
