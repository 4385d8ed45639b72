import { onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { runCli } from '../cli/start-cli.ts';
import { type GatewayOptions, type GatewayProcess, startGateway } from '../gateway/start-gateway.ts';

/** The built CLI, serving in a process of its own until the test ends. */
export interface HeldGateway extends GatewayProcess {
  readonly port: number;
  /** All records of the log, oldest first, by `logs --json`. */
  everyRecord(): Promise<ExchangeRecord[]>;
}

/** What `logs --json` says of a data folder, oldest first, however much it is. */
export const readEveryRecord = async (dataDir: string): Promise<ExchangeRecord[]> => {
  const { code, stdout, stderr } = await runCli(['logs', '--json', '-n', 'all'], { GOMODEL_HOME: dataDir });
  if (code !== 0) throw new Error(`logs ended with ${code}: ${stderr}`);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

export const startHeldGateway = async (options: GatewayOptions): Promise<HeldGateway> => {
  const gateway = await startGateway(options);
  onTestFinished(async () => void (await gateway.stop('SIGKILL')));
  return {
    ...gateway,
    port: Number(new URL(gateway.url).port),
    everyRecord: () => readEveryRecord(gateway.dataDir),
  };
};
