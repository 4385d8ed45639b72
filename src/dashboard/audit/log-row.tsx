import { memo } from 'preact/compat';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import type { TextHit } from '../../admin/api-types/log.ts';
import { countCalls, tellCalls } from '../../log/count-calls.ts';
import { ContextBar, DurationBar } from '../parts/bars.tsx';
import { clientOf, codingOf, outcomeOf, toolsOf } from '../state/describe-exchange.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatFullMoment,
  formatMoment,
  shortId,
} from '../state/format.ts';
import { nameFees } from '../state/name-fees.ts';
import { nowMs } from '../state/now.ts';
import { addressWith } from '../state/route.ts';
import { texts } from '../texts.ts';
import { visibleText } from '../turn/visible-text.ts';

interface LogRowProps {
  entry: AuditEntry;
  /** Place in the whole log, from 0. */
  index: number;
  /** Today's date as text: a row's time is told differently the day after. */
  today: string;
  open: boolean;
  /** Where it says the text that was searched; null where that is not known (yet), undefined where nothing was searched. */
  hit?: TextHit | null | undefined;
  /** True for the one row that the Tab key reaches. */
  reachable: boolean;
}

/** Counts up while the exchange runs; rendered by itself, so that the row is not. */
const RunningTime = ({ startedAt }: { startedAt: string }) => {
  const durationMs = Math.max(0, nowMs.value - Date.parse(startedAt));
  return (
    <>
      <DurationBar durationMs={durationMs} ttfbMs={undefined} />
      {formatDuration(durationMs)}
    </>
  );
};

const Duration = ({ entry }: { entry: AuditEntry }) => {
  if (outcomeOf(entry).tone === 'running') return <RunningTime startedAt={entry.startedAt} />;
  if (entry.durationMs === undefined) return <>–</>;
  return (
    <>
      <DurationBar durationMs={entry.durationMs} ttfbMs={entry.ttfbMs} />
      {formatDuration(entry.durationMs)}
    </>
  );
};

const costTitle = (entry: AuditEntry): string | undefined => {
  if (entry.billing === 'subscription') return texts.cost.subscription(formatCost(entry.listPriceUsd));
  if (entry.usage && entry.costUsd === undefined) return texts.cost.unknown;
  if (entry.pricedAsStandard) return texts.cost.pricedAsStandard(entry.serviceTier ?? '');
  return entry.unpriced ? texts.cost.unpriced(nameFees(entry.unpriced)) : undefined;
};

/** The model, and what became of its name where it was sent on under another, or translated. */
const modelTitle = (entry: AuditEntry): string | undefined => {
  const { model, upstreamModel, provider, translation, findings, sentModel } = entry;
  if (findings) return findings.map((finding) => texts.findings[finding](sentModel, model)).join(' ');
  if (!upstreamModel && !translation) return model;
  return `${model ?? ''} → ${provider ?? ''} ${upstreamModel ?? ''}`.trim();
};

const Cost = ({ entry }: { entry: AuditEntry }) =>
  entry.billing === 'subscription' ? <span class="dim">{texts.cost.plan}</span> : formatCost(entry.costUsd);

/** What runs scripts gives way to what they call, where there is little room. */
const Tools = ({ entry }: { entry: AuditEntry }) => {
  const { direct, scripts, inScripts } = tellCalls(countCalls(entry.response));
  return (
    <span class="mono">
      {visibleText(direct)}
      {direct && scripts && ', '}
      {scripts && <span class="script-calls dim">{visibleText(scripts)}</span>}
      {visibleText(inScripts)}
    </span>
  );
};

/** What the last column says: the tools called, the error, or how far a running one is. */
const Remark = ({ entry }: { entry: AuditEntry }) => {
  if (entry.error) return <span class="error-text">{entry.error.message}</span>;
  const { events } = entry.response;
  if (outcomeOf(entry).tone === 'running' && events) return <span class="dim">{texts.events(events)}</span>;
  if (entry.response.toolCalls?.length) return <Tools entry={entry} />;
  return entry.model ? null : <span class="mono dim">{`${entry.method} ${entry.path}`}</span>;
};

/** So much of what stands before a word is shown where there are several. */
const BRIEF = 24;

const HitLine = ({ hit }: { hit: TextHit | null }) => (
  <span role="gridcell" class="c-hit">
    {hit?.places.map(({ where, before, match, after }, place) => (
      <span key={place}>
        <span class="dim">{visibleText(where)}</span>{' '}
        <span class="before">{visibleText(hit.places.length > 1 ? before.slice(-BRIEF) : before)}</span>
        <mark>{visibleText(match)}</mark>
        {visibleText(after)}
      </span>
    ))}
  </span>
);

export const LogRow = memo(({ entry, index, open, hit, reachable }: LogRowProps) => {
  const outcome = outcomeOf(entry);
  const { usage, client } = entry;
  const session = client.sessionId ?? client.threadId;
  return (
    <div
      class={`row ${outcome.tone} ${open ? 'open' : ''} ${entry.error && !usage ? 'bare' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={open}
      tabIndex={reachable ? 0 : -1}
      data-id={entry.id}
    >
      <span role="gridcell" class="c-time" title={formatFullMoment(entry.startedAt)}>
        <a href={addressWith({ open: entry.id })} tabIndex={-1}>
          {formatMoment(entry.startedAt, Date.now())}
        </a>
      </span>
      <span role="gridcell" class="c-status">
        {outcome.status}
      </span>
      <span role="gridcell" class="c-model" title={modelTitle(entry)}>
        {entry.findings && <span class="finding">≠ </span>}
        {entry.model ?? <span class="dim">–</span>}
      </span>
      <span role="gridcell" class="c-client" title={client.version && `${client.name} ${client.version}`}>
        {clientOf(entry)}
      </span>
      <span role="gridcell" class="c-session mono" title={session}>
        {session ? shortId(session) : '–'}
      </span>
      <span role="gridcell" class="c-coding">
        {codingOf(entry)}
      </span>
      <span role="gridcell" class="c-ttfb">
        {entry.ttfbMs === undefined ? '–' : formatDuration(entry.ttfbMs)}
      </span>
      <span role="gridcell" class="c-duration">
        <Duration entry={entry} />
      </span>
      <span role="gridcell" class="c-context">
        {usage?.inputTokens === undefined ? (
          '–'
        ) : (
          <>
            <ContextBar usage={usage} />
            {formatCount(usage.inputTokens)}
          </>
        )}
      </span>
      <span role="gridcell" class="c-output">
        {usage?.outputTokens === undefined ? '–' : formatCount(usage.outputTokens)}
      </span>
      <span role="gridcell" class="c-cost" title={costTitle(entry)}>
        <Cost entry={entry} />
      </span>
      <span role="gridcell" class="c-finish">
        {entry.error ? texts.origin[entry.error.origin] : outcome.finish}
      </span>
      <span role="gridcell" class="c-tools" title={entry.error?.message ?? toolsOf(entry)}>
        <Remark entry={entry} />
      </span>
      {hit !== undefined && <HitLine hit={hit} />}
    </div>
  );
});
