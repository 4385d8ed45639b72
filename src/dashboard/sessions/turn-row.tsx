import { useState } from 'preact/hooks';
import type { SessionTurn } from '../../admin/api-types/conversation.ts';
import { isFailure } from '../../log/record.ts';
import { CacheLossNote } from '../parts/cache-loss-note.tsx';
import { Icon } from '../parts/icon.tsx';
import { outcomeOf } from '../state/describe-exchange.ts';
import { formatClock, formatCount, formatDuration, formatFullMoment, formatShare } from '../state/format.ts';
import { nowMs } from '../state/now.ts';
import { addressOf } from '../state/route.ts';
import { texts } from '../texts.ts';
import { TurnItems } from '../turn/turn-items.tsx';
import { TurnSummary } from './turn-summary.tsx';

const RunningFor = ({ since }: { since: string }) => (
  <>{formatDuration(Math.max(0, nowMs.value - Date.parse(since)))}</>
);

const Figures = ({ turn: { entry, cacheLoss } }: { turn: SessionTurn }) => {
  const { usage } = entry;
  const input = usage?.inputTokens;
  return (
    <div class="turn-figures">
      <span title={texts.sessions.lanesTitle.context}>
        {input === undefined ? '–' : formatCount(input)} <i>{texts.sessions.units.context}</i>
      </span>
      <span title={texts.sessions.lanesTitle.cached} class={cacheLoss ? 'warn-text' : ''}>
        {input === undefined ? '–' : formatShare(usage?.cachedInputTokens ?? 0, input)}{' '}
        <i>{texts.sessions.units.cached}</i>
      </span>
      <span title={texts.sessions.lanesTitle.time}>
        {entry.durationMs === undefined ? (
          <RunningFor since={entry.startedAt} />
        ) : (
          formatDuration(entry.durationMs)
        )}
      </span>
    </div>
  );
};

/** Not on a link or a button, and not the end of a selection. */
const isPlainClick = ({ target }: MouseEvent): boolean =>
  target instanceof Element &&
  target.closest('a, button, summary, input') === null &&
  (getSelection()?.isCollapsed ?? true);

const Failure = ({ turn: { entry } }: { turn: SessionTurn }) =>
  isFailure(entry) ? (
    <p class="turn-error">
      <b>{entry.error ? texts.origin[entry.error.origin] : outcomeOf(entry).finish}</b> {entry.error?.message}
    </p>
  ) : null;

/** Requests that came to nothing before this one, in one line until they are asked for. */
const Attempts = ({ attempts, at }: { attempts: readonly SessionTurn[]; at: string | undefined }) => {
  const [open, setOpen] = useState(attempts.some(({ entry }) => entry.id === at));
  const [first] = attempts;
  const last = attempts.at(-1);
  if (!first || !last) return null;
  const overMs =
    Date.parse(last.entry.startedAt) + (last.entry.durationMs ?? 0) - Date.parse(first.entry.startedAt);
  return (
    <div class="attempts-fold">
      <button type="button" class="answered" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'right'} />
        <span class="fail-text">{texts.sessions.attempts(attempts.length)}</span>
        <span class="dim">{texts.sessions.over(formatDuration(overMs))}</span>
      </button>
      {open && (
        <ul>
          {attempts.map((attempt) => (
            <li
              key={attempt.entry.id}
              class={attempt.entry.id === at ? 'marked' : ''}
              data-turn={attempt.entry.id}
            >
              <a class="link" href={addressOf('audit', { open: attempt.entry.id })}>
                {formatClock(attempt.entry.startedAt)}
              </a>{' '}
              <span class="tag fail">{outcomeOf(attempt.entry).status}</span> <Failure turn={attempt} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

interface TurnRowProps {
  turn: SessionTurn;
  attempts: readonly SessionTurn[];
  /** What tools took before it. */
  toolMs: number | undefined;
  /** Prompt and exchange, such as `3.2`. */
  number: string;
  /** What came after: it has the outputs of the tools that this turn called. */
  next: SessionTurn | undefined;
  /** The exchange that the address names. */
  at: string | undefined;
}

/** One request of the session: what it added, in a few lines, or all of it. */
export const TurnRow = ({ turn, attempts, toolMs, number, next, at }: TurnRowProps) => {
  const { entry } = turn;
  const marked = entry.id === at;
  const [open, setOpen] = useState(false);
  const outcome = outcomeOf(entry);
  return (
    <li
      class={`turn-row ${outcome.tone} ${marked ? 'marked' : ''}`}
      data-turn={entry.id}
      data-failed={outcome.tone === 'fail' || undefined}
    >
      {toolMs !== undefined && toolMs >= 1 && (
        <p class="tool-gap">{texts.sessions.toolTime(formatDuration(toolMs))}</p>
      )}
      <div class="turn-when">
        <button
          type="button"
          class="turn-fold"
          data-nav-row
          aria-expanded={open}
          aria-label={texts.sessions.turnLabel(number)}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'down' : 'right'} />
          <b>{number}</b>
        </button>
        <a
          class="dim"
          href={addressOf('audit', { open: entry.id })}
          title={`${formatFullMoment(entry.startedAt)}. ${texts.sessions.openInLog}`}
        >
          {formatClock(entry.startedAt)}
        </a>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the button beside it is for the keyboard */}
      <div class="turn-content" onClick={(event) => isPlainClick(event) && !open && setOpen(true)}>
        {turn.cacheLoss && <CacheLossNote loss={turn.cacheLoss} />}
        <Attempts attempts={attempts} at={at} />
        <Failure turn={turn} />
        {open ? (
          <div class="turn">
            <TurnItems items={turn.items} />
            <TurnItems items={turn.output} />
          </div>
        ) : (
          <TurnSummary turn={turn} next={next} />
        )}
      </div>
      <Figures turn={turn} />
    </li>
  );
};
