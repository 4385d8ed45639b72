import type { Drift } from '../../codex/edit/plan-undo.ts';
import type { SettingValues } from '../../codex/edit/read-setting.ts';
import { formatPath } from '../../codex/toml/format-toml.ts';
import type { ChalkInstance } from './colour.ts';

/** What an edit wrote (`-`) and what stands there now (`+`), by setting. */
export const renderDrift = (drifts: readonly Drift[], colour: ChalkInstance): string =>
  drifts
    .flatMap(({ path, written = {}, found = {} }) => [
      ...differing(path, written, found).map((line) => colour.red(`- ${line}`)),
      ...differing(path, found, written).map((line) => colour.green(`+ ${line}`)),
    ])
    .map((line) => `  ${line}\n`)
    .join('');

const differing = (path: readonly string[], values: SettingValues, others: SettingValues): string[] =>
  Object.entries(values)
    .filter(([key, raw]) => others[key] !== raw)
    .map(([key, raw]) => `${[formatPath(path), key].filter(Boolean).join('.')} = ${raw}`);
