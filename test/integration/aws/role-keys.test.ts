import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AwsSource } from '../../../src/providers/credentials/aws/aws-source.ts';
import { createAwsKeys } from '../../../src/providers/credentials/aws/create-aws-keys.ts';
import { type KeysGiver, startKeysGiver } from '../../support/aws/start-keys-giver.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const ROLE = 'arn:aws:iam::123456789012:role/gateway';
const MINUTE_MS = 60_000;

let giver: KeysGiver;
let tokenFile: string;
let nowMs: number;
beforeEach(async () => {
  giver = await startKeysGiver({ authorization: 'of-the-pod', webIdentityToken: 'ey.of.pod', roleArn: ROLE });
  tokenFile = join(createTemporaryFolder('token'), 'token');
  nowMs = Date.now();
  return () => giver.close();
});

const container = (change: object = {}): AwsSource => ({
  kind: 'container',
  url: `${giver.url}/v1/credentials`,
  token: 'of-the-pod',
  tokenFile: undefined,
  ...change,
});
const webIdentity = (): AwsSource => ({
  kind: 'web_identity',
  ...{ roleArn: ROLE, tokenFile, sessionName: 'gomodel-ts', endpoint: `${giver.url}/` },
});
const instance = (): AwsSource => ({ kind: 'instance', endpoint: `${giver.url}/` });
const keysOf = (source: AwsSource, withinMs = 5_000) => createAwsKeys(source, { now: () => nowMs, withinMs });
const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it worked',
    (error: Error & { remedy?: string }) => `${error.message}. ${error.remedy}`,
  );

describe('the keys of a role', () => {
  it('are those that the agent of a container gives, with the token of a variable or a file', async () => {
    expect(await keysOf(container()).get(undefined)).toMatchObject({
      accessKeyId: 'ASIAROLE0',
      secretAccessKey: 'secret+of/role0',
      sessionToken: 'token/of+role0==',
    });
    const keys = keysOf(container({ token: 'of-nobody', tokenFile }));
    expect(await failure(keys.get(undefined))).toMatch(
      /AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names cannot be read \(ENOENT\)\. Correct/,
    );
    writeFileSync(tokenFile, 'of-the-pod\n');
    nowMs += 2_000;
    expect(await keys.get(undefined)).toMatchObject({ accessKeyId: 'ASIAROLE1' });
  });

  it('are those that STS gives for the token of a service account, as it is then', async () => {
    writeFileSync(tokenFile, 'ey.of.pod\n');
    const keys = keysOf(webIdentity());
    expect(await keys.get(undefined)).toMatchObject({ sessionToken: 'token/of+role0==' });
    giver.expect({ webIdentityToken: 'ey.renewed', roleArn: ROLE });
    writeFileSync(tokenFile, 'ey.renewed');
    nowMs += 61 * MINUTE_MS;
    expect(await keys.get(undefined)).toMatchObject({ sessionToken: 'token/of+role1==' });
  });

  it('are those that the metadata service of a machine gives to who has its token', async () => {
    expect(await keysOf(instance()).get(undefined)).toMatchObject({ accessKeyId: 'ASIAROLE0' });
    expect(giver.asked).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/role-of-the-machine',
    ]);
  });

  it('are asked for once however many want them', async () => {
    const keys = keysOf(container());
    const all = await Promise.all(Array.from({ length: 50 }, () => keys.get(undefined)));
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['ASIAROLE0']));
    expect([giver.asked.length, giver.maxAtOnce]).toEqual([1, 1]);
    expect(keys.secrets()).toEqual(
      expect.arrayContaining(['secret+of/role0', 'token/of+role0==', 'of-the-pod']),
    );
  });

  it('are renewed before they expire, and nobody waits for that', async () => {
    const keys = keysOf(container());
    await keys.get(undefined);
    nowMs += 54 * MINUTE_MS;
    expect(await keys.get(undefined)).toMatchObject({ accessKeyId: 'ASIAROLE0' });
    expect(giver.asked).toHaveLength(1);
    nowMs += 2 * MINUTE_MS;
    giver.feel({ kind: 'hanging' });
    // Four minutes before they expire, who gives them hangs: the old ones hold.
    for (let count = 0; count < 10; count++)
      expect(await keys.get(undefined)).toMatchObject({ accessKeyId: 'ASIAROLE0' });
    await expect.poll(() => giver.asked.length).toBe(2);
  });

  it('are renewed in time where they live shortly', async () => {
    giver.expect({ authorization: 'of-the-pod', lifeMs: 90_000 });
    const keys = keysOf(container());
    await keys.get(undefined);
    nowMs += 50_000;
    await keys.get(undefined);
    expect(giver.asked).toHaveLength(1);
    nowMs += 15_000;
    await keys.get(undefined);
    await expect.poll(async () => (await keys.get(undefined)).accessKeyId).toBe('ASIAROLE1');
    expect(giver.asked).toHaveLength(2);
  });

  it('hold until they expire where a renewal is refused, and then the refusal is told', async () => {
    const keys = keysOf(container());
    await keys.get(undefined);
    giver.expect({ authorization: 'of-another-pod' });
    nowMs += 57 * MINUTE_MS;
    await keys.get(undefined);
    await expect.poll(() => giver.asked.length).toBe(2);
    expect(await keys.get(undefined)).toMatchObject({ accessKeyId: 'ASIAROLE0' });
    nowMs += 4 * MINUTE_MS;
    expect(await failure(keys.get(undefined))).toMatch(
      /answered HTTP 403 AccessDenied: the token is not known\. Give the task/,
    );
    // Whoever else asks now is told at once.
    await failure(keys.get(undefined));
    expect(giver.asked).toHaveLength(3);
    giver.expect({ authorization: 'of-the-pod' });
    nowMs += 1_500;
    expect(await keys.get(undefined)).toMatchObject({ accessKeyId: 'ASIAROLE1' });
  });

  it.each([
    ['the agent of a container', container],
    ['STS', webIdentity],
    ['the metadata service', instance],
  ])('are given up in time where %s hangs', async (_who, source) => {
    writeFileSync(tokenFile, 'ey.of.pod');
    giver.feel({ kind: 'hanging' });
    expect(await failure(keysOf(source(), 200).get(undefined))).toMatch(/did not answer in time\. \w/);
  });

  it.each([
    ['nothing', 200, ''],
    ['a page', 200, '<html>sign in</html>'],
    ['half of them', 200, '{"AccessKeyId":"A"}'],
    ['a failure that is said to be none', 200, '{"Code":"Failed","AccessKeyId":"A","SecretAccessKey":"s"}'],
    ['an id that would end a header', 200, '{"AccessKeyId":"A\\r\\nx: y","SecretAccessKey":"s"}'],
    ['a time that is none', 200, '{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}'],
    ['a redirect', 302, ''],
    ['more than anybody needs', 200, JSON.stringify({ AccessKeyId: 'A'.repeat(100_000) })],
  ])('are not taken from who answers %s', async (_what, status, body) => {
    writeFileSync(tokenFile, 'ey.of.pod');
    giver.feel({ kind: 'answering', status, body });
    for (const source of [container(), webIdentity(), instance()])
      expect(await failure(keysOf(source).get(undefined))).toMatch(
        /HTTP (?:200 without usable keys|302)|longer than 65536|has no token of one line/,
      );
  });

  it.each([
    ['nothing', ''],
    ['two lines', 'a\nb'],
    ['a book', 'x'.repeat(70_000)],
  ])('are not asked for with a file that has %s', async (_what, text) => {
    writeFileSync(tokenFile, text);
    for (const source of [container({ tokenFile }), webIdentity()])
      expect(await failure(keysOf(source).get(undefined))).toMatch(/_TOKEN_FILE/);
    expect(giver.asked).toEqual([]);
  });

  it('are said to be missing where nobody is there to ask', async () => {
    const gone = await startKeysGiver();
    await gone.close();
    expect(await failure(keysOf({ kind: 'instance', endpoint: gone.url }).get(undefined))).toMatch(
      /the metadata service of this machine at \S+ gave no answer \(ECONNREFUSED\)\. Set AWS_ACCESS_KEY_ID/,
    );
  });
});
