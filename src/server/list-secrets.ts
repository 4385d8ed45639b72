import type { GatewayConfig } from '../config/load-config.ts';

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
    ...(ambient?.kind === 'aws' ? [ambient.secretAccessKey, ambient.sessionToken] : []),
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
      ...[masterKey, signIn?.clientSecret, bodies?.secretAccessKey, bodies?.sessionToken],
      ...[...all, ...collectors, ...addresses.map(passwordIn)],
    ]),
  ].filter((secret) => secret !== undefined);
};
