import { useEffect, useRef, useState } from 'preact/hooks';
import type { PromptTurn, SessionTurnsAnswer } from '../../admin/api-types/turns.ts';
import type { UsageSession } from '../../admin/api-types/usage.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { api, apiAddress } from '../state/api.ts';
import { formatCost, formatCount, formatDuration, formatMoment, formatShare } from '../state/format.ts';
import { gateway } from '../state/gateway.ts';
import { addressOf, addressWith, query } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { ContextPicture } from './context-picture.tsx';
import { isOfSession } from './is-of-session.ts';
import { Pager } from './pager.tsx';
import { PromptRow } from './prompt-turn.tsx';
import { TouchedFiles } from './touched-files.tsx';

const REFRESH_MS = 1500;
/** All bodies are read for it. */
const WORK_REFRESH_MS = 5000;
/** How often the work of a session is read on at once, a few seconds each time. */
const MAX_ROUNDS = 40;

const Fact = ({ label, children, title }: { label: string; children: string; title?: string }) => (
  <div title={title}>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

const costOf = (session: UsageSession): string =>
  session.subscription_requests > 0 && session.total_cost === null
    ? `${texts.cost.plan} (${formatCost(session.subscription_list_cost)})`
    : formatCost(session.total_cost);

interface StoryHeadProps {
  id: string;
  session: UsageSession | undefined;
  turns: number | undefined;
}

const StoryHead = ({ id, session, turns }: StoryHeadProps) => (
  <header class="story-head">
    <div class="drawer-title">
      <a
        class="button quiet square story-back"
        href={addressWith({ session: undefined, at: undefined, turns: undefined, from: undefined })}
        aria-label={texts.sessions.back}
      >
        <Icon name="left" />
      </a>
      <h2>{session?.title ? plainText(session.title) : texts.sessions.untitled}</h2>
      <a class="button quiet" href={addressOf('audit', { session: id })}>
        {texts.sessions.inLog}
      </a>
      <Menu icon="download" label={texts.exports.session}>
        {(gateway.value?.features.export ?? []).map((format) => (
          <a key={format} download href={apiAddress('audit/export', { session: id, format })}>
            {texts.exports[format]}
          </a>
        ))}
      </Menu>
    </div>
    {session && (
      <dl class="story-facts">
        <Fact label={texts.sessions.facts.when}>{formatMoment(session.started_at, Date.now())}</Fact>
        <Fact label={texts.sessions.facts.span}>
          {formatDuration(Date.parse(session.last_request_at) - Date.parse(session.started_at))}
        </Fact>
        <Fact label={texts.sessions.facts.turns}>{String(turns)}</Fact>
        <Fact label={texts.sessions.facts.exchanges}>{String(session.requests)}</Fact>
        <Fact label={texts.sessions.facts.tokens}>{formatCount(session.total_tokens)}</Fact>
        <Fact label={texts.sessions.facts.largest}>{formatCount(session.max_context_tokens)}</Fact>
        <Fact label={texts.sessions.facts.cached}>
          {formatShare(session.cached_input_tokens, session.input_tokens)}
        </Fact>
        <Fact label={texts.sessions.facts.cost}>{costOf(session)}</Fact>
        <Fact label={texts.sessions.facts.model}>{session.models.join(', ') || '–'}</Fact>
      </dl>
    )}
  </header>
);

/** Reads a session's prompts again as it goes on. */
const useTurns = (session: string, at: string | undefined, offset: number | undefined) => {
  const load = useLoad(`${session} ${offset ?? at}`, (signal) =>
    api.turns({ session, offset, log_id: offset === undefined ? at : undefined }, signal),
  );
  useReload(load.reload, REFRESH_MS, (event) => (isOfSession(event, session) ? 'later' : undefined));
  return load;
};

/** What the session did to files, and what fills its context; read on while the answer is not whole. */
const SessionWork = ({ session }: { session: string }) => {
  const { value, reload } = useLoad(`work ${session}`, (signal) => api.work(session, signal));
  useReload(reload, WORK_REFRESH_MS, (event) =>
    isOfSession(event, session) && event.type === 'close' ? 'later' : undefined,
  );
  const rounds = useRef(0);
  useEffect(() => {
    // A session of many thousands may never be read to its end: then what is there has to do.
    if (value?.incomplete && rounds.current++ < MAX_ROUNDS) reload();
  }, [value, reload]);
  if (!value) return null;
  return (
    <>
      {value.contexts.length > 1 && <ContextPicture contexts={value.contexts} />}
      {value.incomplete && <p class="dim pad">{texts.sessions.reading}</p>}
      <TouchedFiles patches={value.patches} />
    </>
  );
};

/** So few prompts are shown unfolded. */
const FEW = 3;

/** Whether an exchange is one of a prompt: ids are in the order of time. */
const holds = ({ first_id, last_id }: PromptTurn, id: string): boolean => first_id <= id && id <= last_id;

/** Which prompts are unfolded where nobody has chosen: all of few, that of the address, or the last. */
const isOpenAtFirst = (turns: readonly PromptTurn[], at: string | undefined, place: number): boolean => {
  if (turns.length <= FEW) return true;
  const turn = turns[place];
  return at === undefined ? place === turns.length - 1 : turn !== undefined && holds(turn, at);
};

const PromptList = ({ answer, at }: { answer: SessionTurnsAnswer; at: string | undefined }) => {
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map());
  const { turns, session } = answer;
  return (
    <ol class="prompts">
      {turns.map((turn, place) => {
        const open = chosen.get(turn.number) ?? isOpenAtFirst(turns, at, place);
        return (
          <PromptRow
            key={turn.number}
            session={session.session_id}
            turn={turn}
            open={open}
            toggle={() => setChosen(new Map(chosen).set(turn.number, !open))}
            at={at !== undefined && holds(turn, at) ? at : undefined}
          />
        );
      })}
    </ol>
  );
};

const PromptHeads = () => (
  <div class="prompt-heads" aria-hidden="true">
    <span />
    {(['cost', 'tokens', 'cached', 'time'] as const).map((column) => (
      <span key={column} title={texts.sessions.columnTitles[column]}>
        {texts.sessions.columns[column]}
      </span>
    ))}
  </div>
);

/** Brings the exchange that the address names into view, once it is there. */
const useScrollTo = (at: string | undefined) => {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element || !at) return;
    const look = (): boolean => {
      const row = element.querySelector(`[data-turn="${CSS.escape(at)}"]`);
      row?.scrollIntoView({ block: 'center' });
      return row !== null;
    };
    if (look()) return;
    // Its prompt is still being read.
    const observer = new MutationObserver(() => {
      if (look()) observer.disconnect();
    });
    observer.observe(element, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [at]);
  return scroller;
};

/** One session as its prompts, each with all that followed from it. */
export const SessionStory = ({ session, at }: { session: string; at: string | undefined }) => {
  const chosen = query.value.get('turns');
  const { value, error, reload } = useTurns(session, at, chosen === null ? undefined : Number(chosen));
  const scroller = useScrollTo(at);
  return (
    <section class="story" aria-label={texts.sessions.storyLabel}>
      <StoryHead id={session} session={value?.session} turns={value?.total} />
      <div
        class="story-scroller"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label={texts.sessions.turnsLabel}
      >
        {error && !value ? (
          <LoadFailed error={error} retry={reload} />
        ) : !value ? (
          <Loading lines={14} />
        ) : (
          <>
            <SessionWork session={session} />
            <Pager answer={value} name="turns" />
            <PromptHeads />
            <PromptList answer={value} at={at} />
            <Pager answer={value} name="turns" />
          </>
        )}
      </div>
    </section>
  );
};
