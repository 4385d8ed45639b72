import type { JoinedModel } from '../../providers/joined-models.ts';
import type { ChalkInstance } from './colour.ts';
import { type Cell, headOf, renderColumns } from './columns.ts';
import { formatCount } from './format-figures.ts';

/** A line a model: what to type, the long form that always leads there, and what it holds. */
export const renderModels = (
  models: readonly JoinedModel[],
  colour: ChalkInstance,
  columns: number,
): string => {
  const head = ['model', 'leads to', 'context', 'takes', ''].map((name) => headOf(name, colour));
  const rows = models.map((model): readonly Cell[] => [
    { text: model.name, ...(model.isAlias && { paint: colour.cyan }) },
    { text: `${model.provider}/${model.upstreamModel}`, paint: colour.dim },
    {
      text: model.contextWindow === undefined ? '–' : formatCount(model.contextWindow, 4),
      alignRight: true,
    },
    { text: model.inputModalities?.join(', ') ?? '–', paint: colour.dim },
    { text: model.isNative ? '' : 'translated', paint: colour.dim },
  ]);
  return renderColumns([head, ...rows], columns);
};
