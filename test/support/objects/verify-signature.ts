import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a server has received, as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface SignatureRules {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Expected, where the credentials are those of a session. */
  readonly sessionToken?: string | undefined;
  readonly region: string;
  readonly nowMs: number;
}

/** As S3 answers. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const MAX_SKEW_MS = 15 * 60_000;
const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([\da-f]{64})$/;

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** RFC 3986, with everything encoded but what is unreserved. */
const encode = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z\d\-._~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

const canonicalPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');

const canonicalQuery = (query: string): string =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value.join('=')))}`;
    })
    .sort()
    .join('&');

const parseDate = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const refuse = (status: number, code: string, message: string): Refusal => ({ status, code, message });

/**
 * Checks a signature as S3's documentation says how to make one: from the bytes that came, without the code that signs.
 * @returns undefined where it is right
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const verifySignature = (
  { method, target, headers, body }: SignedRequest,
  rules: SignatureRules,
): Refusal | undefined => {
  const match = FORM.exec(headers.authorization ?? '');
  if (!match) return refuse(403, 'AccessDenied', 'Access Denied');
  const [, accessKeyId, day = '', region = '', service = '', names = '', signature = ''] = match;
  if (accessKeyId !== rules.accessKeyId)
    return refuse(403, 'InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records.');
  if (region !== rules.region || service !== 's3')
    return refuse(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong`,
    );
  const date = headers['x-amz-date'] ?? '';
  if (!date.startsWith(day) || !(Math.abs(parseDate(date) - rules.nowMs) <= MAX_SKEW_MS))
    return refuse(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and ours is too large.',
    );
  if (headers['x-amz-security-token'] !== rules.sessionToken)
    return refuse(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  const signed = names.split(';');
  const mustBeSigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  if (!mustBeSigned.every((name) => signed.includes(name)))
    return refuse(403, 'AccessDenied', 'There were headers present in the request which were not signed');
  const hash = headers['x-amz-content-sha256'] ?? '';
  if (hash !== sha256(body))
    return refuse(400, 'XAmzContentSHA256Mismatch', 'The provided SHA256 does not match what was computed.');
  const [path = '', query = ''] = target.split('?');
  const canonical = [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    names,
    hash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${rules.secretAccessKey}`,
  );
  const expected = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n'));
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? undefined
    : refuse(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match yours.');
};
