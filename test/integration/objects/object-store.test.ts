import http from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BodiesConfig } from '../../../src/config/read-bodies.ts';
import { type ObjectStore, openObjectStore } from '../../../src/objects/object-store.ts';
import type { AwsKeys, AwsSource } from '../../../src/providers/credentials/aws/aws-source.ts';
import { startKeysGiver } from '../../support/aws/start-keys-giver.ts';
import {
  type ObjectStoreOptions,
  startObjectStore,
  type TestStore,
} from '../../support/objects/start-object-store.ts';

interface Opened {
  readonly server: TestStore;
  readonly store: ObjectStore;
  readonly troubles: (string | undefined)[];
}

const staticKeys = (keys: AwsKeys): AwsSource => ({ kind: 'static', ...keys });

const open = async (
  options: ObjectStoreOptions = {},
  change: Partial<BodiesConfig> & { readonly keys?: Partial<AwsKeys> } = {},
  agent: http.AgentOptions = {},
): Promise<Opened> => {
  const server = await startObjectStore(options);
  const troubles: (string | undefined)[] = [];
  const { keys, ...changed } = change;
  const credentials = staticKeys({ ...server.credentials, sessionToken: options.sessionToken, ...keys });
  const store = openObjectStore({
    config: {
      ...{
        credentials,
        bucket: server.bucket,
        prefix: 'team/a',
        endpoint: server.endpoint,
        region: 'eu-test-1',
      },
      usesPathStyle: true,
      ...changed,
    },
    agent: new http.Agent({ keepAlive: true, ...agent }),
    now: () => performance.now(),
    onTrouble: (trouble) => troubles.push(trouble),
  });
  onTestFinished(async () => {
    store.close();
    await server.stop();
  });
  return { server, store, troubles };
};

const BYTES = Buffer.from('0123456789');
const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it worked',
    (error: Error) => error.message,
  );

describe('an S3-compatible store', () => {
  it.each([
    ['with the bucket in the path', {}, {}, {}],
    [
      'with the bucket in the name of the host',
      { usesHostStyle: true },
      { usesPathStyle: false, endpoint: '' },
      // No name of a test is looked up.
      {
        lookup: ((_name: string, _options: unknown, done: (...all: unknown[]) => void) =>
          done(null, [{ address: '127.0.0.1', family: 4 }])) as never,
      },
    ],
    ['with the token of a session', { sessionToken: 'token/+=' }, {}, {}],
  ])('keeps, gives in parts, lists and deletes objects, %s', async (_how, options, change, agent) => {
    const server = await startObjectStore(options);
    onTestFinished(() => server.stop());
    const endpoint =
      'endpoint' in change ? server.endpoint.replace('127.0.0.1', 'localhost') : server.endpoint;
    const store = openObjectStore({
      config: {
        credentials: staticKeys({ ...server.credentials, sessionToken: undefined, ...options }),
        ...{ bucket: server.bucket, prefix: '', region: 'eu-test-1', usesPathStyle: true },
        ...change,
        endpoint,
      },
      agent: new http.Agent(agent),
      now: () => performance.now(),
      onTrouble: () => {},
    });
    await store.put('x/2026-11-29/1/a/000', BYTES);
    await store.put('x/2026-11-29/1/a/000', BYTES);
    await store.put('x/2026-11-30/1/b/000', Buffer.alloc(0));
    expect(await store.get('x/2026-11-29/1/a/000', 2, 3)).toEqual(Buffer.from('234'));
    expect(await store.get('x/2026-11-29/1/a/000', 8, 9)).toEqual(Buffer.from('89'));
    expect(await store.get('x/2026-11-29/1/a/000', 20, 1)).toEqual(Buffer.alloc(0));
    expect(await store.get('x/2026-11-29/1/a/001', 0, 1)).toBeUndefined();
    expect(await store.listFolders('x/')).toEqual(['x/2026-11-29/', 'x/2026-11-30/']);
    expect(await store.listKeys('x/2026-11-29/')).toEqual(['x/2026-11-29/1/a/000']);
    await store.remove('x/2026-11-29/1/a/000');
    await store.remove('x/2026-11-29/1/a/000');
    expect([...server.objects.keys()]).toEqual(['x/2026-11-30/1/b/000']);
    expect(server.refusals.filter((code) => !['InvalidRange', 'NoSuchKey'].includes(code))).toEqual([]);
    store.close();
  });

  it('is asked with the keys of a role, and says why there are none', async () => {
    const giver = await startKeysGiver({ authorization: 'of-the-pod' });
    onTestFinished(() => giver.close());
    const server = await startObjectStore({
      ...{ accessKeyId: 'ASIAROLE0', secretAccessKey: 'secret+of/role0', sessionToken: 'token/of+role0==' },
    });
    onTestFinished(() => server.stop());
    const openWith = (token: string): ObjectStore => {
      const store = openObjectStore({
        config: {
          credentials: { kind: 'container', url: `${giver.url}/v1/credentials`, token, tokenFile: undefined },
          ...{ bucket: server.bucket, prefix: '', endpoint: server.endpoint, region: 'eu-test-1' },
          usesPathStyle: true,
        },
        agent: new http.Agent({ keepAlive: true }),
        now: () => performance.now(),
        onTrouble: () => {},
      });
      onTestFinished(() => store.close());
      return store;
    };
    const refused = await failure(openWith('of-another-pod').get('a', 0, 1));
    expect(refused).toMatch(
      /gives no bodies: there are no credentials: the container's agent .* answered HTTP 403 AccessDenied: the token is not known\. Give the task/,
    );
    expect(refused).not.toContain('of-another-pod');
    const store = openWith('of-the-pod');
    await Promise.all(Array.from({ length: 20 }, (_, place) => store.put(`a/${place}`, BYTES)));
    expect([server.objects.size, giver.given.length]).toEqual([20, 1]);
  });

  it('lists a thousand keys at most, and nothing beyond its prefix', async () => {
    const { server, store } = await open();
    for (let count = 0; count < 1_200; count++)
      server.objects.set(`team/a/x/${String(count).padStart(5, '0')}`, BYTES);
    server.objects.set('team/ab/x/1', BYTES);
    const keys = await store.listKeys('x/');
    expect([keys.length, keys[0], keys.at(-1)]).toEqual([1_000, 'x/00000', 'x/00999']);
    expect(await store.listKeys('y/')).toEqual([]);
  });

  it.each([
    [
      { keys: { secretAccessKey: 'wrong-secret-of-somebody' } },
      /HTTP 403 SignatureDoesNotMatch.*Correct the credentials/,
    ],
    [{ keys: { accessKeyId: 'AKIAnobody' } }, /HTTP 403 InvalidAccessKeyId.*Correct the credentials/],
    [{ region: 'us-east-1' }, /HTTP 400 AuthorizationHeaderMalformed.*Correct the region/],
    [{ bucket: 'another' }, /HTTP 404 NoSuchBucket.*Create the bucket/],
    [{ endpoint: 'http://127.0.0.1:9' }, /ECONNREFUSED.*Start the store/],
  ])('says what is wrong with %j, without a secret', async (change, expected) => {
    const { store, troubles } = await open({}, change);
    const said = await failure(store.put('a', BYTES));
    expect(said).toMatch(expected);
    expect(said).toContain('s3://');
    expect(said).not.toMatch(/wrong-secret|wJalrXUtnFEMI/);
    expect([troubles, store.trouble]).toEqual([[said], said]);
    expect(await failure(store.get('a', 0, 1))).toMatch(expected);
  });

  it.each([
    ['SlowDown', { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' }],
    ['InternalError', { status: 500, code: 'InternalError', message: 'We encountered an internal error.' }],
  ])('tries again where it answers %s', async (_code, refusal) => {
    const { server, store, troubles } = await open();
    server.feel({ kind: 'refusing', refusal, times: 2 });
    await store.put('a', BYTES);
    expect([server.requests.length, server.objects.get('team/a/a'), troubles]).toEqual([3, BYTES, []]);
  });

  it('gives up for a moment where it goes on so, asks nobody meanwhile, and says when it works again', async () => {
    const { server, store, troubles } = await open();
    server.feel({
      kind: 'refusing',
      refusal: { status: 503, code: 'SlowDown', message: 'Reduce your rate.' },
    });
    expect(await failure(store.put('a', BYTES))).toMatch(
      /takes no bodies: HTTP 503 SlowDown: Reduce your rate\./,
    );
    const asked = server.requests.length;
    await Promise.all(Array.from({ length: 50 }, () => failure(store.put('a', BYTES))));
    expect(server.requests.length).toBe(asked);
    server.feel({ kind: 'well' });
    await expect.poll(() => failure(store.put('a', BYTES))).toBe('it worked');
    expect([troubles.length, troubles.at(-1), store.trouble]).toEqual([2, undefined, undefined]);
  });

  it('reads again what was cut off, and gives nothing that is not whole', async () => {
    const { server, store } = await open();
    await store.put('a', BYTES);
    server.feel({ kind: 'cutting', times: 1 });
    expect(await store.get('a', 0, 10)).toEqual(BYTES);
    server.feel({ kind: 'cutting' });
    expect(await failure(store.get('a', 0, 10))).toMatch(/gives no bodies: /);
  });

  it('learns why it is refused by a server that does not wait for the body', async () => {
    const { server, store } = await open();
    server.feel({ kind: 'hasty', refusal: { status: 403, code: 'AccessDenied', message: 'not yours' } });
    expect(await failure(store.put('a', Buffer.alloc(8 * 2 ** 20)))).toMatch(
      /HTTP 403 AccessDenied: not yours/,
    );
    server.feel({ kind: 'cutting', times: 1 });
    await expect.poll(() => failure(store.put('a', Buffer.alloc(8 * 2 ** 20, 'x')))).toBe('it worked');
    expect(server.objects.get('team/a/a')?.equals(Buffer.alloc(8 * 2 ** 20, 'x'))).toBe(true);
  });

  it('waits for no answer longer than some seconds', async () => {
    const { server, store } = await open();
    server.feel({ kind: 'hanging' });
    expect(await failure(store.get('a', 0, 10))).toMatch(/gives no bodies: no answer in time/);
  }, 30_000);

  it('ends what waits when it is closed', async () => {
    const { server, store } = await open();
    server.feel({ kind: 'hanging' });
    const waiting = failure(store.put('a', BYTES));
    await expect.poll(() => server.requests.length).toBe(1);
    store.close();
    expect(await waiting).toMatch(/takes no bodies/);
  });

  it('asks for a few things at once', async () => {
    const { server, store } = await open();
    await Promise.all(Array.from({ length: 100 }, (_, count) => store.put(`a/${count}`, BYTES)));
    expect(server.objects.size).toBe(100);
    expect(server.maxAtOnce).toBeLessThanOrEqual(8);
  });

  it('follows no redirect, and says which region it should be', async () => {
    const { server, store } = await open();
    server.feel({
      kind: 'refusing',
      refusal: { status: 307, code: 'TemporaryRedirect', message: 'elsewhere' },
    });
    expect(await failure(store.put('a', BYTES))).toMatch(
      /HTTP 307: the bucket is in another region.*Set the region/,
    );
  });

  it('takes no page of another program for a missing object', async () => {
    const { server, store } = await open();
    server.feel({ kind: 'refusing', refusal: { status: 404, code: 'Not Found', message: '<b>nginx</b>' } });
    expect(await failure(store.get('a', 0, 1))).toMatch(/HTTP 404 Not Found: nginx/);
  });
});
