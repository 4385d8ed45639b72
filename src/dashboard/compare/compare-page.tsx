import { useState } from 'preact/hooks';
import type { CompareAnswer, ComparedItem } from '../../admin/api-types/compare.ts';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { Icon } from '../parts/icon.tsx';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { api } from '../state/api.ts';
import { outcomeOf } from '../state/describe-exchange.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatFullMoment,
  formatShare,
  formatWhole,
} from '../state/format.ts';
import { addressOf, choose, query } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { texts } from '../texts.ts';
import { TurnItems } from '../turn/turn-items.tsx';
import { visibleText } from '../turn/visible-text.ts';

const { compare } = texts;

const GROWS_MS = 1_000;

const Choice = () => {
  const [ids, setIds] = useState({
    left: query.value.get('left') ?? '',
    right: query.value.get('right') ?? '',
  });
  return (
    <form
      class="page-bar"
      onSubmit={(event) => {
        event.preventDefault();
        choose({ left: ids.left.trim(), right: ids.right.trim() });
      }}
    >
      <h1>{texts.pages.compare}</h1>
      {(['left', 'right'] as const).map((side) => (
        <input
          key={side}
          class="field mono"
          value={ids[side]}
          placeholder="req_…"
          aria-label={`${compare[side]}: ${compare.id}`}
          spellcheck={false}
          onInput={({ currentTarget: { value } }) => setIds((last) => ({ ...last, [side]: value }))}
        />
      ))}
      <button type="submit" class="button">
        {compare.go}
      </button>
      <button
        type="button"
        class="button quiet"
        onClick={() => {
          setIds({ left: ids.right, right: ids.left });
          choose({ left: ids.right, right: ids.left });
        }}
      >
        {compare.swap}
      </button>
    </form>
  );
};

const Facts = ({ side, entry }: { side: 'left' | 'right'; entry: AuditEntry }) => {
  const { usage } = entry;
  const { facts } = compare;
  const rows = [
    [facts.model, entry.model ?? '–'],
    [facts.status, outcomeOf(entry).status],
    [facts.input, usage?.inputTokens === undefined ? '–' : formatCount(usage.inputTokens)],
    [facts.cached, usage?.inputTokens ? formatShare(usage.cachedInputTokens ?? 0, usage.inputTokens) : '–'],
    [facts.output, usage?.outputTokens === undefined ? '–' : formatCount(usage.outputTokens)],
    [facts.cost, entry.billing === 'subscription' ? texts.cost.plan : formatCost(entry.costUsd)],
    [facts.time, entry.durationMs === undefined ? '–' : formatDuration(entry.durationMs)],
  ] as const;
  return (
    <div class="panel padded">
      <h2>
        {compare[side]}{' '}
        <a class="link mono" href={addressOf('audit', { open: entry.id })}>
          {entry.id}
        </a>
      </h2>
      <p class="dim">{formatFullMoment(entry.startedAt)}</p>
      {entry.error && <p class="form-failure">{visibleText(entry.error.message)}</p>}
      <dl class="story-facts">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
};

/** Where the prefix parts, and what it cost. */
const Difference = ({ answer }: { answer: CompareAnswer }) => {
  const { difference, lost_tokens: tokens, lost_cost: cost } = answer;
  const lost = formatWhole(tokens);
  return (
    <div class={difference ? 'cache-loss' : 'panel padded'}>
      <p>
        {difference ? (
          <>
            <Icon name="alert" />
            <b>{compare.differs(visibleText(difference.where ?? difference.cause))}</b>
            {difference.byteOffset !== undefined && (
              <span class="dim">{compare.atByte(formatWhole(difference.byteOffset))}</span>
            )}
          </>
        ) : (
          compare.samePrefix
        )}
      </p>
      {(difference?.before ?? difference?.after) !== undefined && (
        <pre>
          <del>{visibleText(difference?.before ?? '')}</del>
          <ins>{visibleText(difference?.after ?? '')}</ins>
        </pre>
      )}
      <p>
        {tokens === 0
          ? compare.noCost
          : cost === null
            ? compare.costUnknown(lost)
            : compare.cost(lost, formatCost(cost))}
      </p>
    </div>
  );
};

const Side = ({ item }: { item: Extract<ComparedItem, { kind: 'different' }>['left'] }) =>
  item ? <TurnItems items={[item]} /> : <p class="dim pad">{compare.nothing}</p>;

/** Items beside each other; what is alike is folded. */
const Items = ({ title, items }: { title: string; items: readonly ComparedItem[] }) => {
  const [all, setAll] = useState(false);
  const alike = items.filter(({ kind }) => kind === 'same').length;
  if (items.length === 0) return null;
  return (
    <section class="panel compared" aria-label={title}>
      <h2 class="panel-title padded">
        {title}
        {alike > 0 && (
          <button type="button" class="link" aria-expanded={all} data-nav-row onClick={() => setAll(!all)}>
            {compare.same(alike)}: {all ? compare.hideSame : compare.showSame}
          </button>
        )}
      </h2>
      <ol>
        {items.map((one, place) => {
          if (one.kind === 'different') {
            return (
              <li key={place} class="different">
                <div>
                  <Side item={one.left} />
                </div>
                <div>
                  <Side item={one.right} />
                </div>
              </li>
            );
          }
          return all ? (
            <li key={place}>
              <TurnItems items={[one.item]} />
            </li>
          ) : null;
        })}
      </ol>
    </section>
  );
};

const Comparison = ({ left, right }: { left: string; right: string }) => {
  const { value, error, reload } = useLoad(`${left} ${right}`, (signal) => api.compare(left, right, signal));
  // One that still runs, such as a request that was just sent again, is shown as it grows.
  useReload(reload, GROWS_MS, (event) => {
    if (!('record' in event) || (event.record.id !== left && event.record.id !== right)) return undefined;
    return event.type === 'close' ? 'now' : 'later';
  });
  if (error) return <LoadFailed error={error} retry={reload} />;
  if (!value) return <Loading lines={12} />;
  return (
    <>
      <div class="compared-heads">
        <Facts side="left" entry={value.left} />
        <Facts side="right" entry={value.right} />
      </div>
      {value.right.sentAgainOf === value.left.id ? (
        <p class="panel padded">
          {texts.again.compared(value.right.requestedModel ?? value.right.model ?? '')}
        </p>
      ) : (
        <Difference answer={value} />
      )}
      <Items title={compare.input} items={value.input} />
      <Items title={compare.answers} items={value.output} />
    </>
  );
};

/** Two exchanges side by side: what they have in common, where their prefixes part, and what that cost. */
export const ComparePage = () => {
  const left = query.value.get('left');
  const right = query.value.get('right');
  return (
    <div class="compare page-scroller" tabIndex={0} role="region" aria-label={compare.choose}>
      <Choice key={`${left} ${right}`} />
      {left && right && <Comparison left={left} right={right} />}
    </div>
  );
};
