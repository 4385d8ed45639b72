import type { AuditDetailAnswer } from '../../admin/api-types/detail.ts';
import type { FeeLine } from '../../admin/api-types/entry.ts';
import type { Usage } from '../../log/record.ts';
import { CacheLossNote } from '../parts/cache-loss-note.tsx';
import { StackBar } from '../parts/stack-bar.tsx';
import { formatCost, formatDuration, formatRate, formatShare, formatWhole } from '../state/format.ts';
import { nameFees } from '../state/name-fees.ts';
import { texts } from '../texts.ts';

interface Line {
  readonly key: 'cached' | 'cacheWrite' | 'uncached' | 'output' | 'reasoning';
  readonly tokens: number;
  readonly rate: number | undefined;
  readonly cost: number | undefined;
}

const linesOf = (usage: Usage, cost: AuditDetailAnswer['cost']): Line[] => {
  const cached = usage.cachedInputTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const reasoning = usage.reasoningTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  const reasoningRate = cost?.rates.reasoning;
  const reasoningCost = reasoningRate === undefined ? undefined : (reasoning * reasoningRate) / 1e6;
  return [
    { key: 'cached', tokens: cached, rate: cost?.rates.cachedInput, cost: cost?.cachedInput },
    ...(written > 0
      ? [
          {
            key: 'cacheWrite',
            tokens: written,
            rate: cost?.rates.cacheWrite,
            cost: cost?.cacheWrite,
          } as const,
        ]
      : []),
    {
      key: 'uncached',
      tokens: (usage.inputTokens ?? 0) - cached - written,
      rate: cost?.rates.input,
      cost: cost?.input,
    },
    {
      key: 'output',
      tokens: output - reasoning,
      rate: cost?.rates.output,
      // The rest of all output: some of it, such as sound, may have a rate of its own.
      cost: cost && cost.output - (reasoningCost ?? 0),
    },
    {
      key: 'reasoning',
      tokens: reasoning,
      rate: reasoningRate,
      cost: reasoningCost,
    },
  ];
};

/** What is paid for one by one; of a model without a price, searches are counted all the same. */
const feesOf = (usage: Usage, cost: AuditDetailAnswer['cost']): readonly FeeLine[] =>
  cost?.fees ?? (usage.webSearches ? [{ kind: 'webSearch', count: usage.webSearches, per: 1_000 }] : []);

/** A provider rounds what it states: half a percent apart is the same. */
const differs = (ours: number | undefined, stated: number): boolean =>
  ours !== undefined && Math.abs(ours - stated) > Math.max(stated * 0.005, 1e-6);

/** Tokens by kind, what share came from the cache, and what each kind cost. */
export const UsageSection = ({ detail }: { detail: AuditDetailAnswer }) => {
  const { entry, cost } = detail;
  const { usage } = entry;
  if (!usage) return <p class="dim pad">{texts.usage.none}</p>;
  const lines = linesOf(usage, cost);
  const covered = entry.billing === 'subscription';
  const total = covered ? entry.listPriceUsd : entry.costUsd;
  return (
    <>
      <p class="headline">
        {texts.usage.cachedHeadline(
          formatWhole(usage.inputTokens ?? 0),
          formatShare(usage.cachedInputTokens ?? 0, usage.inputTokens ?? 0),
        )}
      </p>
      {detail.cacheLoss && <CacheLossNote loss={detail.cacheLoss} />}
      <StackBar parts={lines.map(({ key, tokens }) => ({ key, value: tokens }))} />
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">{texts.usage.kind}</th>
            <th scope="col">{texts.usage.tokens}</th>
            <th scope="col">{texts.usage.rate}</th>
            <th scope="col">{texts.usage.cost}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, tokens, rate, cost: amount }) => (
            <tr key={key}>
              <th scope="row">
                <i class={`swatch kind-${key}`} />
                {texts.kinds[key]}
              </th>
              <td>{formatWhole(tokens)}</td>
              <td>{rate === undefined ? '–' : formatRate(rate)}</td>
              <td>{formatCost(amount)}</td>
            </tr>
          ))}
          {feesOf(usage, cost).map(({ kind, count, per, rate, cost: amount }) => (
            <tr key={kind}>
              <th scope="row">{texts.fees[kind]}</th>
              <td>{kind === 'audio' ? formatDuration(count) : formatWhole(count)}</td>
              <td>{rate === undefined ? texts.cost.noRate : texts.cost.rateFor(formatRate(rate), per)}</td>
              <td>{formatCost(amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{texts.usage.total}</th>
            <td>{formatWhole(usage.totalTokens ?? (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0))}</td>
            <td />
            <td>{formatCost(total)}</td>
          </tr>
        </tfoot>
      </table>
      {entry.statedCostUsd !== undefined && (
        <p class="pad">
          {texts.cost.stated(formatCost(entry.statedCostUsd), differs(total, entry.statedCostUsd))}
        </p>
      )}
      {cost?.tier && (
        <p class="pad">
          {cost.tier.priced ? texts.cost.tier(cost.tier.name) : texts.cost.pricedAsStandard(cost.tier.name)}
        </p>
      )}
      {entry.unpriced && <p class="pad">{texts.cost.unpriced(nameFees(entry.unpriced))}</p>}
      <p class="dim pad">
        {covered
          ? texts.cost.coveredNote
          : cost
            ? texts.cost.source(cost.source)
            : texts.cost.unknownNote(entry.model ?? '')}
      </p>
    </>
  );
};
