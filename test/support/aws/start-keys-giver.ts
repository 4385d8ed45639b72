import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Who gives keys, as it is at the moment. */
type GiverMood =
  | { readonly kind: 'well' }
  /** Takes a request, and says nothing. */
  | { readonly kind: 'hanging' }
  | { readonly kind: 'answering'; readonly status: number; readonly body: string };

interface GivenKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: string;
}

/** Expected of who asks. */
export interface KeysRules {
  /** Of the container's agent: what `Authorization` has. */
  readonly authorization?: string;
  /** Of STS. */
  readonly webIdentityToken?: string;
  readonly roleArn?: string;
  /** How long keys live. */
  readonly lifeMs?: number;
}

/** The agent of a container, STS and the metadata service of a machine, each as Amazon documents it, on one port. */
export interface KeysGiver {
  readonly url: string;
  /** All that were given, oldest first. */
  readonly given: readonly GivenKeys[];
  readonly asked: readonly string[];
  readonly maxAtOnce: number;
  feel(mood: GiverMood): void;
  expect(rules: KeysRules): void;
  close(): Promise<void>;
}

const METADATA_TOKEN = 'AQAEAMetadata==';
const ROLES = '/latest/meta-data/iam/security-credentials/';
const AN_HOUR_MS = 3_600_000;

export const startKeysGiver = async (first: KeysRules = {}): Promise<KeysGiver> => {
  const given: GivenKeys[] = [];
  const asked: string[] = [];
  let rules = first;
  let mood: GiverMood = { kind: 'well' };
  let running = 0;
  let maxAtOnce = 0;

  const give = (): GivenKeys => {
    const place = given.length;
    const keys = {
      accessKeyId: `ASIAROLE${place}`,
      secretAccessKey: `secret+of/role${place}`,
      sessionToken: `token/of+role${place}==`,
      expiresAt: new Date(Date.now() + (rules.lifeMs ?? AN_HOUR_MS)).toISOString(),
    };
    given.push(keys);
    return keys;
  };
  const giveJson = (): string => {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = give();
    return JSON.stringify({
      ...{ Code: 'Success', AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey },
      ...{ Token: sessionToken, Expiration: expiresAt },
    });
  };
  const refused = (status: number, body: string) => ({ status, body });

  const answerSts = (body: string): { status: number; body: string } => {
    const form = new URLSearchParams(body);
    const isMeant =
      form.get('Action') === 'AssumeRoleWithWebIdentity' &&
      form.get('Version') === '2011-06-15' &&
      /^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '');
    if (!isMeant)
      return refused(400, '<ErrorResponse><Error><Code>InvalidAction</Code></Error></ErrorResponse>');
    if (form.get('WebIdentityToken') !== rules.webIdentityToken || form.get('RoleArn') !== rules.roleArn) {
      return refused(
        403,
        '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>',
      );
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = give();
    return {
      status: 200,
      body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiresAt}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    };
  };

  const answer = (
    { method, url = '', headers }: http.IncomingMessage,
    body: string,
  ): { status: number; body: string } => {
    if (mood.kind === 'answering') return mood;
    if (method === 'PUT' && url === '/latest/api/token') {
      const ttl = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      return ttl >= 1 && ttl <= 21_600 ? { status: 200, body: METADATA_TOKEN } : refused(400, '');
    }
    if (url.startsWith(ROLES)) {
      if (headers['x-aws-ec2-metadata-token'] !== METADATA_TOKEN) return refused(401, 'Unauthorized');
      return { status: 200, body: url === ROLES ? 'role-of-the-machine\n' : giveJson() };
    }
    if (method === 'POST') return answerSts(body);
    if (headers.authorization !== rules.authorization)
      return refused(403, JSON.stringify({ code: 'AccessDenied', message: 'the token is not known.' }));
    return { status: 200, body: giveJson() };
  };

  const server = http.createServer(async (request, response) => {
    running++;
    maxAtOnce = Math.max(maxAtOnce, running);
    response.once('close', () => running--);
    asked.push(`${request.method} ${request.url}`);
    const body = await text(request);
    if (mood.kind === 'hanging') return;
    const told = answer(request, body);
    response.writeHead(told.status).end(told.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    asked,
    get maxAtOnce() {
      return maxAtOnce;
    },
    feel: (next) => {
      mood = next;
    },
    expect: (next) => {
      rules = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
