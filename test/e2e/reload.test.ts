import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

let gateway: GatewayProcess | undefined;
const doubles: Upstream[] = [];
afterEach(async () => {
  await gateway?.stop();
  await Promise.all(doubles.splice(0).map(({ close }) => close()));
});

const fileFor = (url: string, more = ''): string =>
  `providers:\n  openai:\n    base_url: ${url}\n    api_key: sk-in-the-file-0123456789\n${more}`;

const ask = async (): Promise<number> => {
  const response = await fetch(`${gateway?.url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', input: 'x', stream: true }),
  });
  await response.text();
  return response.status;
};

it.each([['1'], ['2']])(
  'reads its configuration again when it is asked to, with %s workers',
  async (workers) => {
    for (let count = 0; count < 2; count++) {
      doubles.push(await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) }));
    }
    const [one, other] = doubles as [Upstream, Upstream];
    gateway = await startGateway({
      providerKey: null,
      args: ['--workers', workers],
      configFile: fileFor(one.url),
      env: { MODEL_LISTS: 'false' },
    });
    const { dataDir, run } = gateway;
    const write = (text: string): void => writeFileSync(join(dataDir, 'gomodel.yaml'), text);
    for (let count = 0; count < 4; count++) expect(await ask()).toBe(200);
    expect(one.requests).toHaveLength(4);

    write(fileFor(other.url, 'logging: { retention_days: 9 }\n'));
    const done = await run(['reload']);
    expect(done.stderr).toBe('');
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/providers.*next start on: retentionDays/),
    });
    for (let count = 0; count < 4; count++) expect(await ask()).toBe(200);
    expect(other.requests).toHaveLength(4);

    write('providers:\n  openai:\n    base_urls: nowhere\n');
    const refused = await run(['reload']);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/refused, and the one before still holds.*gomodel\.yaml:3.*base_urls/s),
    });
    expect(await ask()).toBe(200);
    expect(other.requests).toHaveLength(5);

    // Nothing here is a terminal that could hang up.
    write(fileFor(one.url));
    gateway.signal('SIGHUP');
    await expect.poll(async () => ((await ask()) === 200 ? one.requests.length : 0)).toBeGreaterThan(4);
  },
);

it('says that no gateway runs', async () => {
  gateway = await startGateway({ args: ['--demo'] });
  const { run } = gateway;
  await gateway.stop();
  expect(await run(['reload'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No gateway is running'),
  });
});
