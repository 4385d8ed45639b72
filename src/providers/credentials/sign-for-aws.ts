import { GatewayError } from '../../base/errors.ts';
import type { AwsCredential } from './ambient-credential.ts';
import { AwsKeysError } from './aws/aws-source.ts';
import { createAwsKeys } from './aws/create-aws-keys.ts';
import type { SignRequest } from './unsigned-request.ts';

/** `bedrock-runtime.us-west-2.amazonaws.com`, `bedrock-mantle.us-east-1.api.aws`. */
const HOST = /^(?<name>bedrock[a-z-]*)\.(?<region>[a-z]{2}[a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)(?:\.cn)?$/;

/** The name that signatures for a host are made for: its runtime is signed as `bedrock`. */
const scopeOf = (hostname: string, region: string): { service: string; region: string } => {
  const { name = 'bedrock', region: named = region } = HOST.exec(hostname)?.groups ?? {};
  return { service: name === 'bedrock-mantle' ? name : 'bedrock', region: named };
};

const unusable = (cause: unknown): unknown =>
  cause instanceof AwsKeysError
    ? new GatewayError(
        'provider_not_configured',
        `Amazon gave no credentials: ${cause.message}. ${cause.remedy}`,
        {
          cause,
        },
      )
    : cause;

/**
 * Signs requests with Signature Version 4. The body is part of what is signed; header fields that a proxy may
 * change are not.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const createAwsSigner = (credential: AwsCredential): SignRequest => {
  const keys = createAwsKeys(credential.source, { now: () => Date.now() });
  return async ({ method, url, body, agent }) => {
    // Nobody else needs it.
    const { AwsV4Signer } = await import('aws4fetch');
    // Where the provider's double is asked without TLS, its agent cannot serve who is asked with it.
    const secure = url.protocol === 'https:' ? agent : undefined;
    const { accessKeyId, secretAccessKey, sessionToken } = await keys.get(secure).catch((cause) => {
      throw unusable(cause);
    });
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      body: Uint8Array.from(body),
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...scopeOf(url.hostname, credential.region),
    });
    const { headers } = await signer.sign();
    const lines = Object.fromEntries(headers.entries());
    delete lines.host;
    return lines;
  };
};
