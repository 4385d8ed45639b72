import type { ComponentChildren } from 'preact';
import type { Percentiles, UsageSummaryAnswer, UsageSums } from '../../admin/api-types/usage.ts';
import { formatCost, formatCount, formatDuration, formatShare, formatWhole } from '../state/format.ts';
import { addressOf } from '../state/route.ts';
import { texts } from '../texts.ts';

interface FigureProps {
  question: string;
  answer: string;
  children: ComponentChildren;
  title?: string;
}

const Figure = ({ question, answer, children, title }: FigureProps) => (
  <div class="figure">
    <dt>{question}</dt>
    <dd>
      <b title={title}>{answer}</b>
      <span>{children}</span>
    </dd>
  </div>
);

/** `12% more than the 30 days before`; nothing where there was nothing before. */
const changeOf = (now: number, before: number, days: number): string | undefined => {
  if (before === 0) return undefined;
  const change = Math.round(((now - before) / before) * 100);
  if (change === 0) return texts.usage.same(days);
  return change > 0 ? texts.usage.more(change, days) : texts.usage.less(-change, days);
};

const CostNote = ({ sums }: { sums: UsageSums }) => (
  <>
    {sums.subscription_requests > 0 && (
      <span>{texts.usage.covered(formatCost(sums.subscription_list_cost))}</span>
    )}
    {sums.unpriced_requests > 0 && <span>{texts.usage.unpriced(formatWhole(sums.unpriced_requests))}</span>}
    {sums.unpriced_searches > 0 && (
      <span>{texts.usage.unpricedSearches(formatWhole(sums.unpriced_searches))}</span>
    )}
  </>
);

const SpeedNote = ({ times }: { times: Percentiles }) => (
  <>
    <span>{texts.usage.p95(formatDuration(times.p95))}</span>
    <a class="link" href={addressOf('audit', { open: times.slowest.id, section: 'timeline' })}>
      {texts.usage.slowest(formatDuration(times.slowest.ms))}
    </a>
  </>
);

/** Five questions and their answers. */
export const Figures = ({ summary, days }: { summary: UsageSummaryAnswer; days: number }) => {
  const [worst] = summary.failures;
  return (
    <dl class="figures">
      <Figure
        question={texts.usage.questions.used}
        answer={formatCount(summary.total_tokens)}
        title={formatWhole(summary.total_tokens)}
      >
        <span>{texts.usage.requests(formatWhole(summary.requests))}</span>
        <span>{changeOf(summary.total_tokens, summary.previous.total_tokens, days)}</span>
      </Figure>
      <Figure question={texts.usage.questions.cost} answer={formatCost(summary.total_cost)}>
        <CostNote sums={summary} />
      </Figure>
      <Figure
        question={texts.usage.questions.cached}
        answer={formatShare(summary.cached_input_tokens, summary.input_tokens)}
        title={formatWhole(summary.cached_input_tokens)}
      >
        <span>
          {texts.usage.cachedCount(
            formatCount(summary.cached_input_tokens),
            formatCount(summary.input_tokens),
          )}
        </span>
        {summary.saved_by_cache !== null && (
          <span>
            {summary.saved_by_cache < 0
              ? texts.usage.cacheCost(formatCost(-summary.saved_by_cache))
              : texts.usage.saved(formatCost(summary.saved_by_cache))}
          </span>
        )}
      </Figure>
      <Figure
        question={texts.usage.questions.slow}
        answer={summary.ttfb_ms ? formatDuration(summary.ttfb_ms.p50) : '–'}
      >
        {summary.ttfb_ms && <SpeedNote times={summary.ttfb_ms} />}
      </Figure>
      <Figure
        question={texts.usage.questions.failed}
        answer={formatShare(summary.failed_requests, summary.requests)}
      >
        <a class="link" href={addressOf('audit', { error_type: 'any', days: String(days) })}>
          {texts.usage.failedCount(formatWhole(summary.failed_requests))}
        </a>
        {worst && <span>{texts.usage.mostly(texts.origin[worst.origin], worst.code)}</span>}
      </Figure>
    </dl>
  );
};
