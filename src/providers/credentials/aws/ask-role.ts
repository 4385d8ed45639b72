import { errorCodeOf } from '../../../base/system-error.ts';
import { type AskDeps, askForKeys, type KeysAnswer, type KeysRequest } from './ask-for-keys.ts';
import { AwsKeysError, type RoleKeys, type RoleSource } from './aws-source.ts';
import { readJsonKeys, readXmlKeys, wordsOfAnswer } from './read-keys.ts';
import { checkToken, readTokenFile } from './read-token-file.ts';

type Ask<Kind> = (source: Extract<RoleSource, { kind: Kind }>, deps: AskDeps) => Promise<RoleKeys>;

const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const ROLES = '/latest/meta-data/iam/security-credentials/';
/** Seconds: the keys of an instance are asked for again before it has passed. */
const METADATA_TOKEN_FOR = '300';
const ROLE_NAME = /^[\w+=,.@-]{1,128}$/;

/** @throws AwsKeysError with what was asked, instead of what node:http has */
const ask = async (request: KeysRequest, deps: AskDeps, who: string, remedy: string): Promise<KeysAnswer> => {
  try {
    return await askForKeys(request, deps);
  } catch (cause) {
    const isLate = deps.signal.aborted;
    const why = isLate
      ? 'did not answer in time'
      : `gave no answer (${errorCodeOf(cause) || (cause instanceof Error ? cause.message : String(cause))})`;
    throw new AwsKeysError(`${who} at ${request.url.host} ${why}`, remedy, cause);
  }
};

/** @throws AwsKeysError where an answer has none */
const keysIn = (
  answer: KeysAnswer,
  keys: RoleKeys | undefined,
  who: string,
  url: URL,
  remedy: string,
): RoleKeys => {
  if (keys) return keys;
  throw new AwsKeysError(`${who} at ${url.host} answered ${wordsOfAnswer(answer)}`, remedy);
};

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const askContainer: Ask<'container'> = async ({ url: address, token, tokenFile }, deps) => {
  const who = "the container's agent for credentials";
  const remedy =
    'Give the task or the service account a role, and correct AWS_CONTAINER_CREDENTIALS_FULL_URI.';
  const authorization =
    tokenFile === undefined
      ? token && checkToken(token, 'AWS_CONTAINER_AUTHORIZATION_TOKEN')
      : await readTokenFile(tokenFile, TOKEN_FILE);
  const url = new URL(address);
  const headers = { accept: 'application/json', ...(authorization && { authorization }) };
  const answer = await ask({ url, headers }, deps, who, remedy);
  return keysIn(answer, readJsonKeys(answer), who, url, remedy);
};

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
const askWebIdentity: Ask<'web_identity'> = async ({ roleArn, tokenFile, sessionName, endpoint }, deps) => {
  const who = 'STS';
  const remedy = 'Let the role of AWS_ROLE_ARN trust the token of AWS_WEB_IDENTITY_TOKEN_FILE.';
  const token = await readTokenFile(tokenFile, 'AWS_WEB_IDENTITY_TOKEN_FILE');
  const url = new URL(endpoint);
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token,
  });
  const answer = await ask(
    {
      ...{ url, method: 'POST', body: body.toString() },
      headers: { accept: 'application/xml', 'content-type': 'application/x-www-form-urlencoded' },
    },
    deps,
    who,
    remedy,
  );
  return keysIn(answer, readXmlKeys(answer), who, url, remedy);
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
const askInstance: Ask<'instance'> = async ({ endpoint }, deps) => {
  const who = 'the metadata service of this machine';
  const remedy =
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the container or the machine a role (in containers, the metadata service needs a hop limit of 2).';
  const base = new URL(endpoint);
  const get = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    method: 'GET' | 'PUT' = 'GET',
  ) => ask({ url: new URL(path, base), method, headers }, deps, who, remedy);
  const given = await get(
    '/latest/api/token',
    { 'x-aws-ec2-metadata-token-ttl-seconds': METADATA_TOKEN_FOR },
    'PUT',
  );
  const refuse = (answer: KeysAnswer) => keysIn(answer, undefined, who, base, remedy);
  if (given.status !== 200) return refuse(given);
  const token = checkToken(given.text.trim(), 'the answer of the metadata service');
  const headers = { 'x-aws-ec2-metadata-token': token };
  const roles = await get(ROLES, headers);
  const role = roles.text.split('\n', 1)[0]?.trim() ?? '';
  // What is asked next is made of it.
  if (roles.status !== 200 || !ROLE_NAME.test(role)) return refuse(roles);
  const answer = await get(ROLES + role, headers);
  return keysIn(answer, readJsonKeys(answer), who, base, remedy);
};

/**
 * Asks whoever has the keys of a role.
 * @throws AwsKeysError where there are none
 */
export const askRole = (source: RoleSource, deps: AskDeps): Promise<RoleKeys> => {
  switch (source.kind) {
    case 'container':
      return askContainer(source, deps);
    case 'web_identity':
      return askWebIdentity(source, deps);
    case 'instance':
      return askInstance(source, deps);
  }
};
