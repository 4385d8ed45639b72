import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { VariableFile } from '../../../src/config/read-setting.ts';
import { SETTINGS } from '../../../src/config/settings.ts';
import { listSecrets } from '../../../src/server/list-secrets.ts';

const AWS = { AWS_ACCESS_KEY_ID: 'AKIAexample', AWS_SECRET_ACCESS_KEY: 'secret-of-the-shell' };
const NO_MACHINE = { AWS_EC2_METADATA_DISABLED: 'true' };
const TEAM = { STORAGE_TYPE: 'postgresql', POSTGRES_URL: 'postgres://u:p@db/gomodel' };

type Variables = Readonly<Record<string, string>>;
const load = (env: Variables, dotenv: Variables = {}, dotenvFile?: VariableFile) =>
  loadConfig({ flags: {}, env, dotenv, dataDir: '/nowhere', ...(dotenvFile && { dotenvFile }) });
const bodiesOf = (env: Variables, ...more: [dotenv?: Variables, file?: VariableFile]) => {
  const { storage } = load({ ...TEAM, ...env }, ...more);
  return storage.kind === 'postgresql' ? storage.bodies : undefined;
};

describe('BODIES_URL', () => {
  it.each([
    ['s3://bucket', { bucket: 'bucket', prefix: '', writes: true }],
    [' s3://my.Bucket_1/a/b-c=d/ ', { bucket: 'my.Bucket_1', prefix: 'a/b-c=d' }],
    ['s3://bucket//a///b', { prefix: 'a/b' }],
    ['s3://bucket/a?endpoint=http://minio:9000/', { endpoint: 'http://minio:9000' }],
    [
      's3://bucket?region=eu-central-1&path_style=true&write=false',
      { region: 'eu-central-1', usesPathStyle: true, writes: false },
    ],
    ['s3://key:a%2Fb%2Bc@bucket', { accessKeyId: 'key', secretAccessKey: 'a/b+c' }],
  ])('takes %s', (text, expected) => {
    expect(SETTINGS.bodiesUrl.parse(text)).toMatchObject(expected);
  });

  it.each([
    '',
    'bucket',
    's3://',
    's3://b',
    's3://-bucket',
    's3://bucket:9000/a',
    'https://bucket/a',
    's3://bucket/../a%2e%2e',
    's3://bucket/%2e%2e%2fa',
    's3://bucket/a b',
    's3://bucket/.hidden',
    `s3://bucket/${'a/'.repeat(17)}`,
    `s3://bucket/${'a'.repeat(101)}`,
    's3://bucket?endpiont=http://minio',
    's3://bucket?region=a&region=b',
    's3://bucket?endpoint=ftp://minio',
    's3://bucket?endpoint=http://u:p@minio',
    's3://bucket?endpoint=http://minio/path',
    's3://bucket?region=evil.example/x',
    's3://bucket?path_style=maybe',
    's3://bucket?write=no',
    's3://key@bucket',
    's3://bucket#x',
  ])('does not take %j', (text) => {
    expect(SETTINGS.bodiesUrl.parse(text)).toBeUndefined();
  });

  it('reads what it leaves open from the variables of Amazon’s own programs', () => {
    expect(bodiesOf({ ...AWS, BODIES_URL: 's3://bucket/a' })).toMatchObject({
      endpoint: 'https://s3.us-east-1.amazonaws.com',
      region: 'us-east-1',
      usesPathStyle: false,
      credentials: { kind: 'static', accessKeyId: 'AKIAexample', sessionToken: undefined },
    });
    const more = { AWS_REGION: 'cn-north-1', AWS_SESSION_TOKEN: 'token' };
    expect(bodiesOf({ ...AWS, ...more, BODIES_URL: 's3://a.b.c' })).toMatchObject({
      endpoint: 'https://s3.cn-north-1.amazonaws.com.cn',
      usesPathStyle: true,
      credentials: { sessionToken: 'token' },
    });
    const elsewhere = { AWS_ENDPOINT_URL: 'http://other:1', AWS_ENDPOINT_URL_S3: 'http://minio:9000' };
    expect(bodiesOf({ ...AWS, ...elsewhere, BODIES_URL: 's3://bucket' })).toMatchObject({
      endpoint: 'http://minio:9000',
      usesPathStyle: true,
    });
    const own = 's3://own:key@bucket?endpoint=http://own:1&region=auto';
    expect(bodiesOf({ ...AWS, ...more, ...elsewhere, BODIES_URL: own })).toMatchObject({
      ...{ endpoint: 'http://own:1', region: 'auto' },
      credentials: { kind: 'static', accessKeyId: 'own', secretAccessKey: 'key', sessionToken: undefined },
    });
  });

  it.each([
    [{ ...NO_MACHINE, BODIES_URL: 's3://bucket' }, /no credentials/],
    [{ AWS_ACCESS_KEY_ID: 'AKIAexample', BODIES_URL: 's3://bucket' }, /no credentials/],
    [
      { ...AWS, BODIES_URL: 's3://bucket', AWS_REGION: 'evil.example/' },
      /AWS_REGION is not the name of a region/,
    ],
    [
      { ...AWS, BODIES_URL: 's3://bucket', AWS_ENDPOINT_URL: 'http://a/b' },
      /AWS_ENDPOINT_URL is not an address/,
    ],
    [
      { ...AWS, BODIES_URL: 'http://secret@bucket' },
      /BODIES_URL is not an address such as s3:\/\/bucket\/prefix/,
    ],
  ])('is refused in %j', (env, expected) => {
    expect(() => bodiesOf(env as Variables)).toThrow(expected);
    expect(() => bodiesOf(env as Variables)).not.toThrow(/secret@bucket\b(?!.prefix)|secret-of/);
  });

  it('is not chosen by a file of the working folder, nor are its credentials, endpoint and region', () => {
    const dotenv = {
      ...{ AWS_ACCESS_KEY_ID: 'evil', AWS_SECRET_ACCESS_KEY: 'evil', AWS_SESSION_TOKEN: 'evil' },
      ...{ AWS_REGION: 'evil-1', AWS_ENDPOINT_URL_S3: 'http://evil', AWS_ENDPOINT_URL: 'http://evil' },
      BODIES_URL: 's3://evil',
    };
    expect(bodiesOf({}, dotenv)).toBeUndefined();
    const { notices } = load(TEAM, dotenv);
    expect(notices.filter((notice) => notice.includes('BODIES_URL in .env is passed over'))).toHaveLength(1);
    expect(() => bodiesOf({ ...NO_MACHINE, BODIES_URL: 's3://bucket' }, dotenv)).toThrow(/no credentials/);
    expect(JSON.stringify(bodiesOf({ ...AWS, BODIES_URL: 's3://bucket' }, dotenv))).not.toContain('evil');
    // One that was named, and lies elsewhere, is the user's own.
    const named = { name: '/etc/gomodel.env', source: 'named_file' } as const;
    expect(bodiesOf({}, { ...AWS, BODIES_URL: 's3://bucket' }, named)).toMatchObject({ bucket: 'bucket' });
  });

  it.each([
    [
      {},
      {
        kind: 'instance',
        endpoint: 'http://169.254.169.254/',
      },
    ],
    [
      { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' },
      { kind: 'instance', endpoint: 'http://[fd00:ec2::254]/' },
    ],
    [
      { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' },
      { kind: 'container', url: 'http://169.254.170.2/v2/credentials/1', token: undefined },
    ],
    [
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/token',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'other',
      },
      { url: 'http://169.254.170.23/v1/credentials', tokenFile: '/var/run/token', token: 'other' },
    ],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'https://agent.example/keys' },
      { url: 'https://agent.example/keys' },
    ],
    [
      {
        AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/gateway',
        AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/token',
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/other',
        AWS_REGION: 'eu-central-1',
      },
      {
        kind: 'web_identity',
        roleArn: 'arn:aws:iam::123456789012:role/gateway',
        sessionName: 'gomodel-ts',
        endpoint: 'https://sts.eu-central-1.amazonaws.com/',
      },
    ],
    [{ ...AWS, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/other' }, { kind: 'static' }],
  ])('takes the role that %j tells of', (env, expected) => {
    expect(bodiesOf({ ...env, BODIES_URL: 's3://bucket' } as Variables)?.credentials).toMatchObject(expected);
  });

  it.each([
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://agent.example/keys' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://10.0.0.1/keys' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1.evil.example/keys' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.2@evil.example/keys' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'ftp://127.0.0.1/keys' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'file:///etc/passwd' },
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '@evil.example/' },
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '.evil.example/' },
    { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://metadata.example' },
    { AWS_ROLE_ARN: 'a role', AWS_WEB_IDENTITY_TOKEN_FILE: '/t' },
    {
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/t',
      AWS_ENDPOINT_URL_STS: 'http://sts.example',
    },
    {
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/t',
      AWS_ROLE_SESSION_NAME: 'two words',
    },
  ])('asks nobody for keys who is neither near nor spoken to by TLS: %j', (env) => {
    const [variable = ''] = Object.keys(env).slice(-1);
    expect(() => bodiesOf({ ...env, BODIES_URL: 's3://bucket' } as Variables)).toThrow(
      env.AWS_ROLE_ARN === 'a role' ? 'AWS_ROLE_ARN' : variable,
    );
  });

  it('takes no role that a file of the working folder tells of', () => {
    const dotenv = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'https://evil.example/keys',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/home/user/.ssh/id_ed25519',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/evil',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/home/user/.ssh/id_ed25519',
      AWS_ENDPOINT_URL_STS: 'https://evil.example',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'https://evil.example',
    };
    expect(bodiesOf({ BODIES_URL: 's3://bucket' }, dotenv)?.credentials).toEqual({
      kind: 'instance',
      endpoint: 'http://169.254.169.254/',
    });
    const bedrock = { BEDROCK_MODELS: 'm', ...dotenv };
    const [provider] = load({}, bedrock).providers;
    expect(provider?.ambient).toMatchObject({ source: { endpoint: 'http://169.254.169.254/' } });
  });

  it('says that it counts for nothing without PostgreSQL', () => {
    const { storage, notices } = load({ ...AWS, BODIES_URL: 's3://bucket' });
    expect([storage.kind, notices.join('\n')]).toEqual([
      'files',
      expect.stringContaining('BODIES_URL counts'),
    ]);
  });

  it('has its secrets among those that are written nowhere', () => {
    const session = { AWS_SESSION_TOKEN: 'token-of-a-session' };
    const config = load({ ...TEAM, ...AWS, ...session, BODIES_URL: 's3://bucket' });
    expect(listSecrets(config)).toEqual(
      expect.arrayContaining(['secret-of-the-shell', 'token-of-a-session']),
    );
  });
});
