import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What gateways write into their data folder. Files of the user's own (`gomodel.yaml`, `prices.json`) are not among them. */
const NAMES = [
  'audit',
  'index',
  'entries',
  'state.json',
  'models.json',
  'codex-models.json',
  'keys.json',
  'admin-log.jsonl',
  'budgets.json',
  'limits.json',
  'ledger.jsonl',
  'ledger.holder',
  'instance.json',
  'remembered-keys.json',
  'shipped.json',
  'sealing-secret',
  'gateway.log',
  'gateway.log.1',
  'service.env',
] as const;

/** Absolute paths of what is there. */
export const dataFilesOf = (dataDir: string): string[] =>
  NAMES.map((name) => join(dataDir, name)).filter((path) => existsSync(path));
