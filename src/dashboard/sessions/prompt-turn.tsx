import type { PromptTurn } from '../../admin/api-types/turns.ts';
import { callsText, groupCalls } from '../../log/count-calls.ts';
import { Icon } from '../parts/icon.tsx';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { api } from '../state/api.ts';
import {
  formatCost,
  formatCount,
  formatDuration,
  formatFullMoment,
  formatMoment,
  formatShare,
} from '../state/format.ts';
import { minuteMs, nowMs } from '../state/now.ts';
import { addressWith } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { visibleText } from '../turn/visible-text.ts';
import { isOfSession } from './is-of-session.ts';
import { Pager } from './pager.tsx';
import { ToolUseRemarks, ToolUses } from './tool-uses.tsx';
import { TurnColumn } from './turn-column.tsx';

const PAGE = 50;
const REFRESH_MS = 1500;
/** The most frequent. */
const MAX_TOOLS = 4;

const costOf = ({ sums }: PromptTurn): string =>
  sums.total_cost === null && sums.subscription_requests > 0 ? texts.cost.plan : formatCost(sums.total_cost);

const Time = ({ turn }: { turn: PromptTurn }) => (
  <>{formatDuration(turn.duration_ms ?? Math.max(0, nowMs.value - Date.parse(turn.started_at)))}</>
);

const Remarks = ({ turn }: { turn: PromptTurn }) => {
  const { sums, attempts, tool_ms: toolMs, cache_losses: losses, cache_loss_cost: lossCost, tools } = turn;
  return (
    <span class="prompt-remarks">
      <span title={formatFullMoment(turn.started_at)}>{formatMoment(turn.started_at, minuteMs.value)}</span>
      <span>{texts.sessions.exchanges(sums.requests)}</span>
      {toolMs >= 1 && <span>{texts.sessions.toolTime(formatDuration(toolMs))}</span>}
      {turn.tool_uses && <ToolUseRemarks uses={turn.tool_uses} />}
      {attempts > 0 && <span class="fail-text">{texts.sessions.attempts(attempts)}</span>}
      {sums.failed_requests > attempts && (
        <span class="fail-text">{texts.sessions.failed(sums.failed_requests - attempts)}</span>
      )}
      {losses > 0 && (
        <span class="warn-text">
          {texts.sessions.losses(losses, lossCost === null ? undefined : formatCost(lossCost))}
        </span>
      )}
      {tools.length > 0 && <span class="mono">{visibleText(callsText(groupCalls(tools), MAX_TOOLS))}</span>}
    </span>
  );
};

const Figures = ({ turn }: { turn: PromptTurn }) => {
  const { sums } = turn;
  return (
    <span class="prompt-figures">
      <span title={texts.sessions.columnTitles.cost}>{costOf(turn)}</span>
      <span title={texts.sessions.columnTitles.tokens}>{formatCount(sums.total_tokens)}</span>
      <span title={texts.sessions.columnTitles.cached}>
        {formatShare(sums.cached_input_tokens, sums.input_tokens)}
      </span>
      <span title={texts.sessions.columnTitles.time}>
        <Time turn={turn} />
      </span>
    </span>
  );
};

/** The exchanges of a prompt, read once it is unfolded. */
const Exchanges = ({ session, turn, at }: { session: string; turn: PromptTurn; at: string | undefined }) => {
  const chosen = Number(new URLSearchParams(location.search).get('from')) || undefined;
  const { value, error, reload } = useLoad(`${session} ${turn.number} ${chosen} ${at}`, (signal) =>
    api.conversation(
      {
        session,
        turn: turn.number,
        limit: PAGE,
        offset: chosen,
        log_id: chosen === undefined ? at : undefined,
      },
      signal,
    ),
  );
  useReload(reload, REFRESH_MS, (event) => (isOfSession(event, session) ? 'later' : undefined));
  if (error && !value) return <LoadFailed error={error} retry={reload} />;
  if (!value) return <Loading lines={4} />;
  return (
    <>
      <Pager answer={value} name="from" />
      <TurnColumn turns={value.turns} number={turn.number} from={value.offset} at={at} />
    </>
  );
};

interface PromptRowProps {
  session: string;
  turn: PromptTurn;
  open: boolean;
  toggle: () => void;
  /** The exchange that the address names, where it is one of this prompt. */
  at: string | undefined;
}

/** One prompt: the user's words, what followed from them in figures, and, unfolded, exchange by exchange. */
export const PromptRow = ({ session, turn, open, toggle, at }: PromptRowProps) => {
  const hasFailed = turn.sums.failed_requests > turn.attempts;
  return (
    <li
      class={`prompt-turn ${open ? 'open' : ''}`}
      data-prompt={turn.number}
      data-failed={hasFailed || undefined}
    >
      <div class="prompt-head">
        <button type="button" class="prompt-open" data-nav-row aria-expanded={open} onClick={toggle}>
          <Icon name={open ? 'down' : 'right'} />
          <b>{turn.number}</b>
          <span class="prompt-text">
            <span class="prompt-words">
              {turn.running && <i class="running-dot" title={texts.finish.running} />}
              {turn.prompt === undefined ? (
                <span class="dim">{texts.sessions.noPrompt}</span>
              ) : (
                plainText(turn.prompt)
              )}
            </span>
            <Remarks turn={turn} />
          </span>
          <Figures turn={turn} />
        </button>
        <a
          class="button quiet square prompt-link"
          href={addressWith({ at: turn.first_id, from: undefined })}
          title={texts.sessions.linkTo(turn.number)}
          aria-label={texts.sessions.linkTo(turn.number)}
        >
          <Icon name="link" />
        </a>
      </div>
      {open && turn.tool_uses && <ToolUses uses={turn.tool_uses} />}
      {open && <Exchanges session={session} turn={turn} at={at} />}
    </li>
  );
};
