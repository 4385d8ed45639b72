import { webcrypto } from 'node:crypto';
import type { AwsKeys } from './aws/aws-source.ts';

export interface S3Request {
  readonly method: string;
  readonly url: URL;
  /** Absent: none. */
  readonly body?: Buffer | undefined;
}

const NOTHING = Buffer.alloc(0);

/**
 * Signs requests to an S3-compatible store with Signature Version 4. The body's hash is signed as well: what was
 * changed on its way is refused.
 * @param currentKeys those to sign with now
 * @returns the header fields to send
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const createS3Signer =
  (region: string, currentKeys: () => Promise<AwsKeys>) =>
  async ({ method, url, body = NOTHING }: S3Request): Promise<Readonly<Record<string, string>>> => {
    const { AwsV4Signer } = await import('aws4fetch');
    const { accessKeyId, secretAccessKey, sessionToken } = await currentKeys();
    // By another thread: some megabytes take milliseconds.
    const hash = Buffer.from(await webcrypto.subtle.digest('SHA-256', body)).toString('hex');
    const { headers } = await new AwsV4Signer({
      ...{ method, url: url.href, region, service: 's3', accessKeyId, secretAccessKey },
      ...(sessionToken !== undefined && { sessionToken }),
      headers: { 'x-amz-content-sha256': hash },
    }).sign();
    const lines = Object.fromEntries(headers.entries());
    delete lines.host;
    return lines;
  };
