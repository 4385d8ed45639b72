import type { GatewayConfig } from '../config/load-config.ts';
import type { AwsSource } from '../providers/credentials/aws/aws-source.ts';

const SECRET_HEADER = /auth|key|token|secret|cookie/;

/** The password of an address, such as a proxy's, as it is typed. */
const passwordIn = (address: string | undefined): string | undefined => {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { password } = new URL(address);
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
};

/** Keys of a role come later, and go nowhere but into signatures. */
const secretsOfAws = (source: AwsSource): ReadonlyArray<string | undefined> => {
  if (source.kind === 'static') return [source.secretAccessKey, source.sessionToken];
  return source.kind === 'container' ? [source.token] : [];
};

/** What must not be written anywhere: all keys, and header lines of the user's own that may hold another. */
export const listSecrets = ({
  masterKey,
  providers,
  proxies,
  storage,
  telemetry,
  signIn,
}: GatewayConfig): readonly string[] => {
  const namedSecrets = (headers: Readonly<Record<string, string>>): string[] =>
    Object.entries(headers).flatMap(([name, value]) => (SECRET_HEADER.test(name) ? [value] : []));
  const all = providers.flatMap(({ apiKey, moreKeys = [], ambient, headers }) => [
    apiKey,
    ...moreKeys.map(({ value }) => value),
    ...(ambient?.kind === 'aws' ? secretsOfAws(ambient.source) : []),
    ...namedSecrets(headers),
  ]);
  const database = storage.kind === 'postgresql' ? storage.url : undefined;
  const bodies = storage.kind === 'postgresql' ? storage.bodies : undefined;
  const collectors = Object.values(telemetry?.targets ?? {}).flatMap(({ headers }) => namedSecrets(headers));
  const addresses = [
    database,
    proxies.https,
    proxies.http,
    ...providers.flatMap(({ baseUrl, proxy }) => [baseUrl.href, proxy]),
  ];
  return [
    ...new Set([
      ...[masterKey, signIn?.clientSecret, ...(bodies ? secretsOfAws(bodies.credentials) : [])],
      ...[...all, ...collectors, ...addresses.map(passwordIn)],
    ]),
  ].filter((secret) => secret !== undefined);
};
