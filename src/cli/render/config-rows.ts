import type { ExplainedSetting } from '../../config/explain-config.ts';
import type { ChalkInstance } from './colour.ts';
import { type Cell, renderColumns } from './columns.ts';

export interface ConfigRowsOptions {
  readonly showOrigin: boolean;
  readonly colour: ChalkInstance;
  readonly columns: number;
}

/** A line a setting: what was chosen stands out, what nobody chose is dim. */
export const renderConfig = (
  settings: readonly ExplainedSetting[],
  { showOrigin, colour, columns }: ConfigRowsOptions,
): string => {
  const rows = settings.map(({ name, value, origin, variable }): readonly Cell[] => {
    const isChosen = origin !== undefined && origin !== 'default';
    const shown: Cell = { text: value ?? '–', ...(!isChosen && { paint: colour.dim }) };
    if (!showOrigin) return [{ text: name }, shown];
    const from = origin ?? (variable ? `not set; ${variable}` : 'not set');
    return [{ text: name }, shown, { text: from, paint: isChosen ? colour.cyan : colour.dim }];
  });
  return renderColumns(rows, columns);
};
