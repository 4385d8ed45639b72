import { type ConfiguredProvider, hasCredential } from '../../providers/configured-provider.ts';
import type { ProviderCheck } from '../providers/check-provider.ts';
import type { ChalkInstance } from './colour.ts';
import { type Cell, headOf, renderColumns } from './columns.ts';
import { wrapLine } from './fit-width.ts';
import { formatCount, formatDuration } from './format-figures.ts';

export interface ProviderRow {
  readonly provider: ConfiguredProvider;
  readonly isDefault: boolean;
  /** Known models; undefined where it was never asked. */
  readonly models: number | undefined;
  readonly check: ProviderCheck | undefined;
}

const keyOf = (provider: ConfiguredProvider, colour: ChalkInstance): Cell => {
  const { apiKeyOrigin, keyVariable, spec } = provider;
  if (hasCredential(provider)) return { text: apiKeyOrigin ?? 'set' };
  if (spec.keyless) return { text: 'none needed', paint: colour.dim };
  return { text: `not set: ${keyVariable}`, paint: colour.yellow };
};

/** What leaves as it came, and what everything else becomes. */
const speaks = ({ native, spec }: ConfiguredProvider): string => {
  const own = native ?? spec.native;
  return own.includes('responses') ? own.join(', ') : [...own, `(${spec.dialect})`].join(', ');
};

const checkOf = (check: ProviderCheck | undefined, colour: ChalkInstance): Cell => {
  if (!check) return { text: '' };
  if (check.state === 'failed') return { text: '✗ failed', paint: colour.red };
  return { text: `✓ ${check.model} answered in ${formatDuration(check.ms)}`, paint: colour.green };
};

/** A line a provider, and under a failed check what to do. */
export const renderProviders = (
  rows: readonly ProviderRow[],
  colour: ChalkInstance,
  columns: number,
): string => {
  const isChecked = rows.some(({ check }) => check !== undefined);
  const head = ['', 'provider', 'address', 'key', 'models', 'speaks', isChecked ? 'check' : ''].map((name) =>
    headOf(name, colour),
  );
  const lines = rows.map(({ provider, isDefault, models, check }): readonly Cell[] => [
    { text: isDefault ? '*' : ' ', paint: colour.cyan },
    { text: provider.id, paint: colour.bold },
    { text: provider.baseUrl.host },
    keyOf(provider, colour),
    { text: models === undefined ? '–' : formatCount(models), alignRight: true },
    { text: speaks(provider), paint: colour.dim },
    checkOf(check, colour),
  ]);
  const grid = renderColumns([head, ...lines], columns).split('\n');
  const why = (check: ProviderCheck | undefined): string => {
    if (check?.state !== 'failed') return '';
    const said = wrapLine(`   ${check.message}`, columns).map((line) => `${line}\n`);
    const [first = '', ...rest] = wrapLine(`     ${check.remedy}`, columns).map((line) => `${line}\n`);
    return [...said, first.replace('     ', `   ${colour.cyan('→')} `), ...rest].join('');
  };
  return rows.reduce((text, { check }, index) => `${text}${grid[index + 1]}\n${why(check)}`, `${grid[0]}\n`);
};
