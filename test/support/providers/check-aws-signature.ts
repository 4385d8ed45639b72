import { createHash, createHmac } from 'node:crypto';
import type { CloudRequest } from './start-cloud.ts';

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Parameters sorted by their names, then by their values. */
const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');

/**
 * Computes Signature Version 4 anew, as the service does, from what came over the wire.
 * @throws where the request is not signed so, or was changed on its way
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const checkAwsSignature = (
  { method, url, headers, body }: CloudRequest,
  secretAccessKey: string,
  nowMs: number,
): { readonly accessKeyId: string; readonly region: string; readonly service: string } => {
  const line = headers.authorization ?? '';
  const [, scope = '', signedHeaders = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(line) ?? [];
  const [accessKeyId = '', date = '', region = '', service = '', end] = scope.split('/');
  if (end !== 'aws4_request') throw new Error(`the request is not signed: ${line}`);
  const time = String(headers['x-amz-date']);
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
  const [year = 0, month = 0, ...rest] = parts.map(Number);
  const sentAtMs = Date.UTC(year, month - 1, ...(rest as [number, number, number, number]));
  if (!(Math.abs(nowMs - sentAtMs) < 15 * 60_000) || !time.startsWith(date))
    throw new Error(`signed at ${time}`);
  const names = signedHeaders.split(';');
  if (!names.includes('host')) throw new Error('the host is not signed');
  for (const name of ['x-amz-security-token'])
    if (headers[name] !== undefined && !names.includes(name)) throw new Error(`${name} is not signed`);

  const [path = '', query = ''] = url.split('?', 2);
  const canonical = [
    method,
    path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, `${date}/${region}/${service}/aws4_request`, sha256(canonical)];
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  if (hmac(key, toSign.join('\n')).toString('hex') !== signature)
    throw new Error('the signature does not match');
  return { accessKeyId, region, service };
};
