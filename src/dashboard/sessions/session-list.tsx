import { useState } from 'preact/hooks';
import type { UsageSession } from '../../admin/api-types/usage.ts';
import { Icon } from '../parts/icon.tsx';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { api } from '../state/api.ts';
import { formatAgo, formatCost, formatShare } from '../state/format.ts';
import { minuteMs } from '../state/now.ts';
import { addressWith, query } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { useTypedSearch } from '../state/use-typed-search.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';

const STEP = 50;
const REFRESH_MS = 3000;
const DAYS = 366;

const SessionLink = ({ session, chosen }: { session: UsageSession; chosen: boolean }) => (
  <li>
    <a
      class="session-link"
      data-nav-row
      href={addressWith({ session: session.session_id, at: undefined, turns: undefined, from: undefined })}
      aria-current={chosen ? 'true' : undefined}
    >
      <b>
        {session.running && <i class="running-dot" title={texts.finish.running} />}
        {session.title ? plainText(session.title) : session.session_id}
      </b>
      <span>
        <span>{formatAgo(session.last_request_at, minuteMs.value)}</span>
        <span>{texts.sessions.exchanges(session.requests)}</span>
        <span>{texts.sessions.cached(formatShare(session.cached_input_tokens, session.input_tokens))}</span>
        <span>
          {session.subscription_requests === session.requests && session.requests > 0
            ? texts.cost.plan
            : formatCost(session.total_cost)}
        </span>
      </span>
      <span class="dim">
        {session.failed_requests > 0 && (
          <span class="fail-text">{texts.sessions.failed(session.failed_requests)}</span>
        )}
        {session.cache_losses > 0 && (
          <span class="warn-text">
            {texts.sessions.losses(
              session.cache_losses,
              session.cache_loss_cost === null ? undefined : formatCost(session.cache_loss_cost),
            )}
          </span>
        )}
        <span>{session.models.join(', ') || '–'}</span>
        <span>{session.clients.map((client) => client.replace('/', ' ')).join(', ')}</span>
      </span>
    </a>
  </li>
);

export const SessionList = ({ chosen }: { chosen: string | undefined }) => {
  const search = query.value.get('search') ?? '';
  const [typed, type] = useTypedSearch();
  const [limit, setLimit] = useState(STEP);
  const { value, error, reload } = useLoad(`${search} ${limit}`, (signal) =>
    api.sessions({ days: DAYS, limit, search }, signal),
  );
  useReload(reload, REFRESH_MS, ({ type }) => (type === 'open' || type === 'close' ? 'later' : undefined));

  return (
    <section class="session-list" aria-label={texts.sessions.listLabel}>
      <div class="search">
        <Icon name="search" />
        <input
          class="field"
          type="search"
          placeholder={texts.sessions.search}
          aria-label={texts.sessions.search}
          value={typed}
          spellcheck={false}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={12} />
      ) : value.total === 0 ? (
        <Notice icon="thread" title={search ? texts.audit.nothingFound : texts.sessions.empty}>
          <p>{search ? texts.audit.nothingFoundHint : texts.sessions.emptyHint}</p>
        </Notice>
      ) : (
        <ul>
          {value.entries.map((session) => (
            <SessionLink key={session.session_id} session={session} chosen={session.session_id === chosen} />
          ))}
          {value.total > value.entries.length && (
            <li>
              <button type="button" class="fold-button" onClick={() => setLimit(limit + STEP)}>
                {texts.sessions.more(value.total - value.entries.length)}
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
};
