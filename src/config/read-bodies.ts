import { GatewayError } from '../base/errors.ts';
import type { AwsSource } from '../providers/credentials/aws/aws-source.ts';
import { findOwn } from './find-variable.ts';
import { type ProxySettings, readProxies } from './providers/read-proxies.ts';
import { readRole } from './read-aws.ts';
import { readTrustedCertificates } from './read-certificates.ts';
import { type ConfigSources, readSetting } from './read-setting.ts';
import { type BodiesAddress, isRegion, parseEndpoint } from './settings/parse-bodies-url.ts';

/** An S3-compatible store for the bodies of a log that is in a database. */
export interface BodiesConfig
  extends Pick<BodiesAddress, 'bucket' | 'prefix' | 'writes'>,
    Record<'endpoint' | 'region', string> {
  readonly usesPathStyle: boolean;
  readonly credentials: AwsSource;
  readonly proxies: ProxySettings;
}

const DEFAULT_REGION = 'us-east-1';

const invalid = (text: string): GatewayError => new GatewayError('invalid_config', text);

/** Of Amazon: bodies leave for no host that the region alone could name. */
const amazonOf = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** Those of the address, else those of the environment, else a role's. */
const readCredentials = (
  address: BodiesAddress,
  sources: ConfigSources,
  region: string,
): AwsSource | undefined => {
  if (address.accessKeyId !== undefined && address.secretAccessKey !== undefined) {
    const { accessKeyId, secretAccessKey } = address;
    return { kind: 'static', accessKeyId, secretAccessKey, sessionToken: undefined };
  }
  const find = findOwn(sources);
  const accessKeyId = find('AWS_ACCESS_KEY_ID')?.value;
  const secretAccessKey = find('AWS_SECRET_ACCESS_KEY')?.value;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    // Half of them is a mistake, and no wish for a role.
    const isHalf = accessKeyId !== undefined || secretAccessKey !== undefined;
    return isHalf ? undefined : readRole(sources, region)?.source;
  }
  const sessionToken = find('AWS_SESSION_TOKEN')?.value;
  return { kind: 'static', accessKeyId, secretAccessKey, sessionToken };
};

/**
 * The store that `BODIES_URL` names. What its address leaves open is read from the variables that Amazon's own
 * programs have for it.
 * @throws GatewayError invalid_config where there are no credentials, or an address or region cannot be used
 */
export const readBodies = (sources: ConfigSources): BodiesConfig | undefined => {
  const address = readSetting('bodiesUrl', sources)?.value;
  if (!address) return undefined;
  const find = findOwn(sources);
  const named = find('AWS_REGION', 'AWS_DEFAULT_REGION');
  const region = address.region ?? named?.value ?? DEFAULT_REGION;
  if (!isRegion(region)) throw invalid(`${named?.origin} is not the name of a region, such as eu-central-1.`);
  const elsewhere =
    address.endpoint === undefined ? find('AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL') : undefined;
  const endpoint = elsewhere ? parseEndpoint(elsewhere.value) : address.endpoint;
  if (elsewhere && endpoint === undefined) {
    throw invalid(
      `${elsewhere.origin} is not an address such as https://minio.internal:9000, without a path. Correct it, or give BODIES_URL an endpoint of its own: ?endpoint=…`,
    );
  }
  const credentials = readCredentials(address, sources, region);
  if (!credentials) {
    throw invalid(
      'BODIES_URL names a store, and there are no credentials for it. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in your environment (a file of the working folder does not count), give the container a role, or put them into BODIES_URL: s3://key-id:secret@bucket/prefix.',
    );
  }
  const certificates = readTrustedCertificates(sources.env);
  const { bucket, prefix, writes } = address;
  return {
    bucket,
    prefix,
    writes,
    endpoint: endpoint ?? amazonOf(region),
    region,
    credentials,
    // Amazon's certificates do not hold for a name with more dots.
    usesPathStyle: address.usesPathStyle ?? (endpoint !== undefined || bucket.includes('.')),
    proxies: {
      ...readProxies({ ...sources.dotenv, ...sources.env }),
      ...(certificates && { certificates }),
    },
  };
};
