import { compress } from '@mongodb-js/zstd';
import { expect, it, onTestFinished } from 'vitest';
import { readHoldings, watchProcess } from '../load/watch-process.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const MIB = 2 ** 20;
const DECODED_BYTES = 30 * MIB;
const BUDGET_MB = 128;
/** What the log may keep of bodies that are on their way to the disk. */
const LOG_MB = 160;
/** What V8 has not given back yet of bodies that are gone. */
const LAG_MB = 128;

const start = async () => {
  const upstream = await startUpstream(() => ({ kind: 'json', status: 200, body: { object: 'response' } }));
  const gateway = await startGateway({
    upstreamUrl: upstream.url,
    env: { BODY_SIZE_LIMIT: '32M', BODY_MEMORY_LIMIT: `${BUDGET_MB}M` },
  });
  onTestFinished(async () => {
    await gateway.stop();
    await upstream.close();
  });
  return gateway;
};

it.skipIf(process.platform !== 'linux')(
  'M5: three hundred small bodies that decode to 30 MB each cost little more memory than the budget',
  async () => {
    const gateway = await start();
    const body = await compress(Buffer.from(`{"model":"gpt-test","input":"${'a'.repeat(DECODED_BYTES)}"}`));
    expect(body.length).toBeLessThan(8 * 1024);
    const pid = gateway.pid ?? 0;
    const before = readHoldings(pid)?.residentMb ?? 0;
    const watch = watchProcess(pid, 20);
    const statuses = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const response = await fetch(`${gateway.url}/responses`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
          body,
        });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    watch.stop();
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses).toContain(200);
    const peak = Math.max(...watch.samples.map(({ residentMb }) => residentMb));
    expect(peak - before).toBeLessThan(BUDGET_MB + LOG_MB + LAG_MB);
    const after = await fetch(`${gateway.url}/responses`, { method: 'POST', body: '{"model":"gpt-test"}' });
    expect(after.status).toBe(200);
  },
);

it('M5: eight bodies of 3.5 MB at once are served as if there were no budget', async () => {
  const gateway = await start();
  const body = await compress(Buffer.from(`{"model":"gpt-test","input":"${'word '.repeat(700_000)}"}`));
  const ask = async (): Promise<number> => {
    const response = await fetch(`${gateway.url}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  };
  for (let round = 0; round < 5; round++) {
    expect(await Promise.all(Array.from({ length: 8 }, ask))).toEqual(Array(8).fill(200));
  }
});
