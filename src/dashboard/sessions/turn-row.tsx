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

interface TurnRowProps {
  turn: SessionTurn;
  number: number;
  /** What came after: it has the outputs of the tools that this turn called. */
  next: SessionTurn | undefined;
  marked: boolean;
}

/** One request of the session: what it added, in a few lines, or all of it. */
export const TurnRow = ({ turn, number, next, marked }: TurnRowProps) => {
  const [open, setOpen] = useState(false);
  const { entry } = turn;
  const outcome = outcomeOf(entry);
  return (
    <li class={`turn-row ${outcome.tone} ${marked ? 'marked' : ''}`} data-turn={entry.id}>
      <div class="turn-when">
        <button
          type="button"
          class="turn-fold"
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
        {isFailure(entry) && (
          <p class="turn-error">
            <b>{entry.error ? texts.origin[entry.error.origin] : outcome.finish}</b> {entry.error?.message}
          </p>
        )}
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
