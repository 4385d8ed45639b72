import { GatewayError } from '../base/errors.ts';
import type { AwsSource } from '../providers/credentials/aws/aws-source.ts';
import { type FindVariable, findOwn } from './find-variable.ts';
import type { ConfigSources } from './read-setting.ts';
import { isRegion } from './settings/parse-bodies-url.ts';
import type { Sourced } from './sourced.ts';

/** Where the keys of a role come from, and which variable says so. */
interface FoundRole {
  readonly source: Exclude<AwsSource, { kind: 'static' }>;
  readonly named: Pick<Sourced<string>, 'origin' | 'source'>;
}

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
/** Of stores that have an STS of their own as well. */
const ROLE_ARN = /^arn:[\x21-\x7e]{1,2000}$/;
/** Agents of ECS and of EKS; the metadata service of a machine. */
const LINK_LOCAL = [
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::23]',
  '169.254.169.254',
  '[fd00:ec2::254]',
];
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;
const ECS_AGENT = 'http://169.254.170.2';

const invalid = (text: string): GatewayError => new GatewayError('invalid_config', text);

/**
 * An address that tokens and keys may pass: `https`, this machine, or its own link.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
const checkAddress = (text: string, origin: string, hosts: readonly string[]): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.hash === '';
  const isNear = url?.protocol === 'http:' && (LOOPBACK.test(url.hostname) || hosts.includes(url.hostname));
  if (url && isPlain && (url.protocol === 'https:' || isNear)) return url.href;
  throw invalid(
    `${origin} is not an https address, nor one of this machine or its link (${['127.0.0.1', ...hosts].join(', ')}): keys and tokens must not pass any other. Correct it, or unset it.`,
  );
};

const readContainer = (find: FindVariable): FoundRole | undefined => {
  const relative = find('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const full = find('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  const named = relative ?? full;
  if (!named) return undefined;
  if (relative && !relative.value.startsWith('/')) {
    throw invalid(`${relative.origin} is not a path that begins with a slash. Correct it, or unset it.`);
  }
  const url = checkAddress(relative ? ECS_AGENT + relative.value : named.value, named.origin, LINK_LOCAL);
  return {
    named,
    source: {
      kind: 'container',
      url,
      token: find('AWS_CONTAINER_AUTHORIZATION_TOKEN')?.value,
      tokenFile: find('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')?.value,
    },
  };
};

const readWebIdentity = (find: FindVariable, region: string): FoundRole | undefined => {
  const tokenFile = find('AWS_WEB_IDENTITY_TOKEN_FILE');
  const roleArn = find('AWS_ROLE_ARN');
  if (!tokenFile || !roleArn) return undefined;
  const session = find('AWS_ROLE_SESSION_NAME');
  if (!ROLE_ARN.test(roleArn.value)) {
    throw invalid(`${roleArn.origin} is not a role such as arn:aws:iam::123456789012:role/name. Correct it.`);
  }
  if (session && !SESSION_NAME.test(session.value)) {
    throw invalid(`${session.origin} is not the name of a session: 2 to 64 letters, digits and _+=,.@-.`);
  }
  const elsewhere = find('AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL');
  const ending = region.startsWith('cn-') ? '.cn' : '';
  return {
    named: tokenFile,
    source: {
      kind: 'web_identity',
      roleArn: roleArn.value,
      tokenFile: tokenFile.value,
      sessionName: session?.value ?? 'gomodel-ts',
      endpoint: elsewhere
        ? checkAddress(elsewhere.value, elsewhere.origin, [])
        : `https://sts.${region}.amazonaws.com${ending}/`,
    },
  };
};

const readInstance = (find: FindVariable): FoundRole | undefined => {
  if (find('AWS_EC2_METADATA_DISABLED')?.value.toLowerCase() === 'true') return undefined;
  const endpoint = find('AWS_EC2_METADATA_SERVICE_ENDPOINT');
  const isIpv6 = find('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE')?.value.toLowerCase() === 'ipv6';
  const usual = isIpv6 ? 'http://[fd00:ec2::254]/' : 'http://169.254.169.254/';
  return {
    named: endpoint ?? { origin: 'the role of this machine', source: 'environment' },
    source: {
      kind: 'instance',
      endpoint: endpoint ? checkAddress(endpoint.value, endpoint.origin, LINK_LOCAL) : usual,
    },
  };
};

/**
 * The role that Amazon's own programs would take where no keys are given: of a service account, of the container, of
 * the machine.
 * @param region of STS
 * @throws GatewayError invalid_config where a variable leads where keys must not pass
 */
export const readRole = (sources: ConfigSources, region: string): FoundRole | undefined => {
  const find = findOwn(sources);
  const named = find('AWS_REGION', 'AWS_DEFAULT_REGION')?.value;
  // It becomes part of a host's name.
  const own = named !== undefined && isRegion(named) ? named : region;
  return readWebIdentity(find, own) ?? readContainer(find) ?? readInstance(find);
};
