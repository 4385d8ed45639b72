import { createVerify, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKeysGiver } from '../../support/aws/start-keys-giver.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { checkAwsSignature } from '../../support/providers/check-aws-signature.ts';
import { type Cloud, type CloudRequest, startCloud } from '../../support/providers/start-cloud.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const ID = 'AKIAEXAMPLE0000000';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'openai.gpt-oss-120b',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
};
const GENERATED = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
  modelVersion: 'gemini-2.5-pro',
  responseId: 'r1',
};

const post = (gateway: RunningGateway, path: string, body: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${gateway.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer of-the-client' },
    body: JSON.stringify(body),
  });

const cloudOf = async (
  hosts: readonly string[],
  answer: Parameters<typeof startCloud>[1],
): Promise<Cloud> => {
  const cloud = await startCloud(hosts, answer);
  onTestFinished(() => cloud.close());
  return cloud;
};

const compose = (cloud: Cloud, env: Record<string, string>): Promise<RunningGateway> =>
  composeGateway('http://127.0.0.1:9/v1', { env: { OPENAI_API_KEY: undefined, ...cloud.env, ...env } });

const ASK = { model: 'openai.gpt-oss-120b', messages: [{ role: 'user', content: 'grün 😀' }] };

describe('Amazon Bedrock', () => {
  const HOST = 'bedrock-mantle.eu-west-1.api.aws';
  const RUNTIME = 'bedrock-runtime.us-west-2.amazonaws.com';
  const AWS = { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET, BEDROCK_MODELS: ASK.model };

  /** Answers who has signed, and refuses everyone else, as the service does. */
  const serve = (scopes: object[]) => (request: CloudRequest) => {
    try {
      scopes.push(checkAwsSignature(request, SECRET, Date.now()));
      return { body: COMPLETION };
    } catch (error) {
      return { status: 403, body: { error: { message: String(error), type: 'permission_error' } } };
    }
  };

  it.each([
    ['native', '/v1/chat/completions', ASK],
    ['by its name', '/p/bedrock/v1/chat/completions', ASK],
    ['translated', '/v1/responses', { model: ASK.model, input: 'grün 😀' }],
  ])('gets signed requests: %s', async (_name, path, body) => {
    const scopes: object[] = [];
    const cloud = await cloudOf([HOST], serve(scopes));
    const gateway = await compose(cloud, { ...AWS, AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: 'token==' });
    const response = await post(gateway, path, body);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"ok"')]);
    expect(scopes).toEqual([{ accessKeyId: ID, region: 'eu-west-1', service: 'bedrock-mantle' }]);
    const [sent] = cloud.requests;
    expect(sent).toMatchObject({ host: HOST, url: '/v1/chat/completions' });
    expect(sent?.headers['x-amz-security-token']).toBe('token==');
    expect(JSON.stringify(sent?.headers)).not.toContain('of-the-client');
    expect(await gateway.records()).toMatchObject([
      { status: 200, provider: 'bedrock', upstream: HOST, usage: { totalTokens: 4 } },
    ]);
  });

  it('is signed for the region and the service of its address', async () => {
    const scopes: object[] = [];
    const cloud = await cloudOf([RUNTIME], serve(scopes));
    const env = { ...AWS, BEDROCK_BASE_URL: `https://${RUNTIME}`, AWS_REGION: 'eu-west-1' };
    const gateway = await compose(cloud, env);
    expect((await post(gateway, '/v1/chat/completions?a=b&a=%C3%A4%20c', ASK)).status).toBe(200);
    expect(cloud.requests[0]?.url).toBe('/openai/v1/chat/completions?a=b&a=%C3%A4%20c');
    expect(scopes).toEqual([{ accessKeyId: ID, region: 'us-west-2', service: 'bedrock' }]);
  });

  it('gets requests that are signed with the keys of a role, asked for once', async () => {
    const giver = await startKeysGiver({ authorization: 'of-the-pod' });
    onTestFinished(() => giver.close());
    const scopes: object[] = [];
    const cloud = await cloudOf([HOST], (request) => {
      scopes.push(checkAwsSignature(request, 'secret+of/role0', Date.now()));
      return { body: COMPLETION };
    });
    const env = {
      ...{ BEDROCK_MODELS: ASK.model, AWS_REGION: 'eu-west-1' },
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${giver.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-the-pod',
    };
    const gateway = await compose(cloud, env);
    const all = await Promise.all([1, 2, 3].map(() => post(gateway, '/v1/chat/completions', ASK)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(scopes[0]).toEqual({ accessKeyId: 'ASIAROLE0', region: 'eu-west-1', service: 'bedrock-mantle' });
    expect(cloud.requests[0]?.headers['x-amz-security-token']).toBe('token/of+role0==');
    expect(giver.given).toHaveLength(1);
    const refused = await compose(cloud, { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-another-pod' });
    const response = await post(refused, '/v1/chat/completions', ASK);
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringMatching(/Amazon gave no credentials: the container's agent .* HTTP 403 AccessDenied/),
    ]);
  });

  it('gets what STS has given for the token of a service account, over the same proxy', async () => {
    const sts = 'sts.eu-west-1.amazonaws.com';
    const tokenFile = join(createTemporaryFolder('token'), 'token');
    writeFileSync(tokenFile, 'ey.of.pod');
    const asked: CloudRequest[] = [];
    const cloud = await cloudOf([HOST, sts], (request) => {
      if (request.host === HOST) return { body: COMPLETION };
      asked.push(request);
      return { status: 403, body: { Code: 'AccessDenied', Message: 'not this role' } };
    });
    const gateway = await compose(cloud, {
      ...{ BEDROCK_MODELS: ASK.model, AWS_REGION: 'eu-west-1', AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile },
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/gateway',
    });
    const response = await post(gateway, '/v1/chat/completions', ASK);
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringContaining(`STS at ${sts} answered HTTP 403 AccessDenied: not this role`),
    ]);
    expect(asked.map(({ body }) => body.toString())).toEqual([
      expect.stringContaining('WebIdentityToken=ey.of.pod'),
    ]);
  });

  it('refuses a wrong secret in its own words', async () => {
    const cloud = await cloudOf([HOST], serve([]));
    const env = { ...AWS, AWS_SECRET_ACCESS_KEY: 'other', AWS_REGION: 'eu-west-1' };
    const response = await post(await compose(cloud, env), '/v1/chat/completions', ASK);
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('the signature does not match'),
    ]);
  });

  it('gets its own kind of key as it is', async () => {
    const cloud = await cloudOf([HOST], () => ({ body: COMPLETION }));
    const gateway = await compose(cloud, {
      AWS_BEARER_TOKEN_BEDROCK: 'bedrock-key',
      AWS_REGION: 'eu-west-1',
    });
    expect((await post(gateway, '/v1/chat/completions', ASK)).status).toBe(200);
    expect(cloud.requests[0]?.headers.authorization).toBe('Bearer bedrock-key');
  });

  it('is not there for who only has credentials of Amazon for something else', async () => {
    const cloud = await cloudOf([HOST], () => ({ body: COMPLETION }));
    const gateway = await compose(cloud, { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET });
    expect((await post(gateway, '/v1/chat/completions', ASK)).status).toBe(503);
    expect(cloud.requests).toEqual([]);
  });
});

describe('Google Vertex AI', () => {
  const HOST = 'aiplatform.googleapis.com';
  const TOKENS = 'oauth2.googleapis.com';
  const AUDIENCE = `https://${TOKENS}/token`;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  const accountFile = (): string => {
    const file = join(createTemporaryFolder('vertex'), 'account.json');
    const account = {
      type: 'service_account',
      project_id: 'my-project',
      private_key_id: 'k1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: 'gateway@my-project.iam.gserviceaccount.com',
      client_id: '1',
      token_uri: AUDIENCE,
    };
    writeFileSync(file, JSON.stringify(account));
    return file;
  };

  /** Issues a token for an assertion that the account's key has signed, as Google does. */
  const issue = (issued: string[], { body }: CloudRequest) => {
    const assertion = new URLSearchParams(body.toString()).get('assertion') ?? '';
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    const isSigned = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(publicKey, signature, 'base64url');
    const { iss, aud, scope, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const isMeant = aud === AUDIENCE && exp * 1000 > Date.now() && /cloud-platform/.test(scope);
    if (!isSigned || !isMeant || !iss.startsWith('gateway@')) {
      return {
        status: 400,
        body: { error: 'invalid_grant', error_description: 'the assertion is not valid' },
      };
    }
    issued.push(`ya29.token-${issued.length}`);
    return { body: { access_token: issued.at(-1), expires_in: 3599, token_type: 'Bearer' } };
  };

  const serve = (issued: string[]) => (request: CloudRequest) => {
    if (request.host === TOKENS) return issue(issued, request);
    if (request.headers.authorization !== `Bearer ${issued.at(-1)}`) {
      return { status: 401, body: { error: { code: 401, message: 'no token', status: 'UNAUTHENTICATED' } } };
    }
    return { body: request.url.includes(':generateContent') ? GENERATED : COMPLETION };
  };
  const start = async (env: Record<string, string>) => {
    const issued: string[] = [];
    const cloud = await cloudOf([HOST, TOKENS], serve(issued));
    const vertex = {
      GOOGLE_CLOUD_PROJECT: 'my-project',
      VERTEX_MODELS: 'gemini-2.5-pro,google/gemini-2.5-pro',
    };
    return { issued, cloud, gateway: await compose(cloud, { ...vertex, ...env }) };
  };

  it('gets a token for which the account has signed, once for many requests', async () => {
    const { issued, cloud, gateway } = await start({ GOOGLE_APPLICATION_CREDENTIALS: accountFile() });
    const base = '/v1/projects/my-project/locations/global';
    const chat = { ...ASK, model: 'google/gemini-2.5-pro' };
    for (const [path, body] of [
      ['/v1/chat/completions', chat],
      ['/p/vertex/chat/completions', chat],
      ['/v1/responses', { model: 'gemini-2.5-pro', input: 'x' }],
      ['/v1/responses', { model: 'google/gemini-2.5-pro', input: 'x' }],
    ] as const) {
      const response = await post(gateway, path, body);
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"ok"')]);
    }
    expect(issued).toHaveLength(1);
    expect(cloud.requests.filter(({ host }) => host === HOST).map(({ url }) => url)).toEqual([
      `${base}/endpoints/openapi/chat/completions`,
      `${base}/endpoints/openapi/chat/completions`,
      `${base}/publishers/google/models/gemini-2.5-pro:generateContent`,
      `${base}/publishers/google/models/gemini-2.5-pro:generateContent`,
    ]);
    expect(JSON.stringify(await gateway.records())).not.toContain('ya29');
  });

  it('says in words what is wrong with the credentials, and reads them again after that', async () => {
    const file = join(createTemporaryFolder('vertex'), 'missing.json');
    const { cloud, gateway } = await start({ GOOGLE_APPLICATION_CREDENTIALS: file });
    const ask = async () => {
      const response = await post(gateway, '/v1/responses', { model: 'gemini-2.5-pro', input: 'x' });
      return { status: response.status, text: await response.text() };
    };
    expect(await ask()).toEqual({
      status: 503,
      text: expect.stringMatching(/missing\.json gave no access token/),
    });
    expect(cloud.requests).toEqual([]);
    expect(await gateway.records()).toMatchObject([{ error: { code: 'provider_not_configured' } }]);
  });
});
