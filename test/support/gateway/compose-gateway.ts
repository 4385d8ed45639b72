import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type GatewayConfig, loadConfig } from '../../../src/config/load-config.ts';
import { addVirtualModels } from '../../../src/config/providers/add-virtual-models.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { compose } from '../../../src/server/compose.ts';
import type { ComposeOptions, Gateway } from '../../../src/server/gateway.ts';
import { queryExchanges } from '../log/query-exchanges.ts';

export const UPSTREAM_KEY = 'sk-upstream-key-of-the-gateway';
export const MASTER_KEY = 'gm-master-key-of-the-gateway';

export interface GatewayOptions extends Partial<ComposeOptions> {
  /** Changes what was read from the variables. */
  readonly configure?: (config: GatewayConfig) => GatewayConfig;
  /** Variables beside `PORT` and `OPENAI_API_KEY`; undefined takes one of those away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** One that holds something already; its own and empty where nothing is said. */
  readonly dataDir?: string;
}

export interface RunningGateway extends Gateway {
  /** The address of `/v1` by the IPv4 loopback, so that no name is looked up. */
  readonly v1: string;
  readonly dataDir: string;
  /** Every record in the log, oldest first, once nothing runs any more. */
  records(): Promise<ExchangeRecord[]>;
}

const untilIdle = async (gateway: Gateway): Promise<void> => {
  while (gateway.recorder.active.size > 0) await new Promise((resolve) => setImmediate(resolve));
  await gateway.recorder.flush();
};

/** A gateway in this process on a free port, with a log of its own, stopped when the test ends. */
export const composeGateway = async (
  upstreamUrl: string,
  { env, configure = (read) => read, ...options }: GatewayOptions = {},
): Promise<RunningGateway> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'gomodel-ts-test-')));
  const sources = await addVirtualModels({
    flags: {},
    env: {
      PORT: '0',
      OPENAI_API_KEY: UPSTREAM_KEY,
      OPENAI_BASE_URL: upstreamUrl,
      // Doubles list one model all alike, and when they are asked is nobody's business here.
      MODEL_LISTS: 'false',
      ...env,
    },
    dotenv: {},
    dataDir,
  });
  const gateway = await compose(configure(loadConfig(sources)), {
    version: '0.0.0-test',
    demo: false,
    ...options,
  });
  onTestFinished(async () => {
    await gateway.close(0);
    // An index that is being built may still put a file there.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  return {
    ...gateway,
    v1: `http://127.0.0.1:${gateway.port}/v1`,
    dataDir,
    records: async () => {
      await untilIdle(gateway);
      const records: ExchangeRecord[] = [];
      for await (const record of queryExchanges(dataDir)) records.push(record);
      return records.reverse();
    },
  };
};
