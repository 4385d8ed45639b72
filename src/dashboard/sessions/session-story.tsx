import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConversationAnswer } from '../../admin/api-types/conversation.ts';
import type { UsageSession } from '../../admin/api-types/usage.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { LoadFailed, Loading } from '../parts/notice.tsx';
import { api, apiAddress } from '../state/api.ts';
import { formatCost, formatCount, formatDuration, formatMoment, formatShare } from '../state/format.ts';
import { gateway } from '../state/gateway.ts';
import { addressOf, addressWith } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { TurnColumn } from './turn-column.tsx';

const PAGE = 50;
const REFRESH_MS = 1500;

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

const StoryHead = ({ id, session }: { id: string; session: UsageSession | undefined }) => (
  <header class="story-head">
    <div class="drawer-title">
      <a
        class="button quiet square story-back"
        href={addressWith({ session: undefined, at: undefined })}
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
        <Fact label={texts.sessions.facts.turns}>{String(session.requests)}</Fact>
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

/** Reads the conversation again as it goes on. */
const useLiveConversation = (session: string, at: string | undefined, offset: number | undefined) => {
  const load = useLoad(`${session} ${offset ?? at}`, (signal) =>
    api.conversation({ session, limit: PAGE, offset, log_id: offset === undefined ? at : undefined }, signal),
  );
  useReload(load.reload, REFRESH_MS, (event) =>
    'record' in event && event.type !== 'update' && event.record.client.sessionId === session
      ? 'later'
      : undefined,
  );
  return load;
};

const Pager = ({ answer, go }: { answer: ConversationAnswer; go: (offset: number) => void }) => {
  if (answer.total <= answer.turns.length) return null;
  const last = answer.offset + answer.turns.length;
  return (
    <nav class="pager" aria-label={texts.sessions.pagerLabel}>
      <button
        type="button"
        class="button"
        disabled={answer.offset === 0}
        onClick={() => go(Math.max(0, answer.offset - PAGE))}
      >
        {texts.sessions.earlierTurns}
      </button>
      <span class="dim">{texts.sessions.range(answer.offset + 1, last, answer.total)}</span>
      <button
        type="button"
        class="button"
        disabled={last >= answer.total}
        onClick={() => go(answer.offset + PAGE)}
      >
        {texts.sessions.laterTurns}
      </button>
    </nav>
  );
};

/** One session as a column of turns. */
export const SessionStory = ({ session, at }: { session: string; at: string | undefined }) => {
  // Until another page is chosen, the one that holds the turn that was asked for.
  const [offset, setOffset] = useState<number | undefined>();
  const { value, error, reload } = useLiveConversation(session, at, offset);
  const scroller = useRef<HTMLDivElement>(null);
  const loaded = value !== undefined;
  useEffect(() => {
    if (at && loaded)
      scroller.current?.querySelector(`[data-turn="${CSS.escape(at)}"]`)?.scrollIntoView({ block: 'center' });
  }, [at, loaded]);
  return (
    <section class="story" aria-label={texts.sessions.storyLabel}>
      <StoryHead id={session} session={value?.session} />
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
            <Pager answer={value} go={setOffset} />
            <TurnColumn turns={value.turns} from={value.offset} at={at} />
            <Pager answer={value} go={setOffset} />
          </>
        )}
      </div>
    </section>
  );
};
