import { describe, expect, it } from 'vitest';
import { createS3Signer } from '../../../src/providers/credentials/sign-for-s3.ts';
import { verifySignature } from '../../support/objects/verify-signature.ts';

const KEY = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const OF_THE_EXAMPLES = { ...KEY, region: 'us-east-1', nowMs: Date.UTC(2013, 4, 24) };
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const NOTHING = Buffer.alloc(0);

const exampleOf = (target: string, signed: string, signature: string, more: object = {}) => ({
  method: 'GET',
  target,
  body: NOTHING,
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${KEY.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=${signature}`,
    ...more,
  },
});

/** Of Amazon's own documentation of its signatures. */
const PUBLISHED = [
  exampleOf(
    '/test.txt',
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    { range: 'bytes=0-9' },
  ),
  exampleOf(
    '/?lifecycle',
    'host;x-amz-content-sha256;x-amz-date',
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ),
  exampleOf(
    '/?max-keys=2&prefix=J',
    'host;x-amz-content-sha256;x-amz-date',
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ),
];

describe('the server of the tests', () => {
  it.each(PUBLISHED)('lets in what Amazon has published: $target', (request) => {
    expect(verifySignature(request, OF_THE_EXAMPLES)).toBeUndefined();
  });

  it.each([
    ['another path', { target: '/test2.txt' }, 'SignatureDoesNotMatch'],
    ['another method', { method: 'PUT' }, 'SignatureDoesNotMatch'],
    ['another body', { body: Buffer.from('x') }, 'XAmzContentSHA256Mismatch'],
  ])('refuses the same signature for %s', (_what, change, code) => {
    const [request] = PUBLISHED;
    expect(verifySignature({ ...request, ...change } as never, OF_THE_EXAMPLES)?.code).toBe(code);
  });

  it.each([
    ['another secret', { secretAccessKey: 'no' }, 'SignatureDoesNotMatch'],
    ['another key', { accessKeyId: 'no' }, 'InvalidAccessKeyId'],
    ['another region', { region: 'eu-central-1' }, 'AuthorizationHeaderMalformed'],
    ['a clock that is 16 minutes off', { nowMs: Date.UTC(2013, 4, 24, 0, 16) }, 'RequestTimeTooSkewed'],
    ['a session that it expects', { sessionToken: 'token' }, 'InvalidToken'],
  ])('refuses it by %s', (_what, change, code) => {
    const [request] = PUBLISHED;
    expect(verifySignature(request as never, { ...OF_THE_EXAMPLES, ...change })?.code).toBe(code);
  });
});

describe('the signature of the gateway', () => {
  it.each([
    ['PUT', '/bucket/a/b.txt', Buffer.from('bytes')],
    ['GET', '/bucket/?list-type=2&prefix=a%2Fb%20c&delimiter=%2F&max-keys=1000', undefined],
    ['DELETE', '/bucket/day=2026-11-30/pack.bodies/000000000000000', undefined],
  ])('is right for %s %s, with and without the token of a session', async (method, target, body) => {
    for (const sessionToken of [undefined, 'token/of+a=session']) {
      const rules = { ...KEY, region: 'auto', sessionToken, nowMs: Date.now() };
      const url = new URL(target, 'https://store.example:9000');
      const lines = await createS3Signer(rules.region, async () => rules)({ method, url, body });
      const headers = { ...lines, host: url.host };
      expect(verifySignature({ method, target, headers, body: body ?? NOTHING }, rules)).toBeUndefined();
    }
  });
});
