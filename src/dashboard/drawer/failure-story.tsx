import type { AuditDetailAnswer, RelatedExchange } from '../../admin/api-types/detail.ts';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { tellFailure } from '../../base/remedies.ts';
import { isFailure } from '../../log/record.ts';
import { Icon } from '../parts/icon.tsx';
import { WithCode } from '../parts/with-code.tsx';
import { clientOf, codingOf } from '../state/describe-exchange.ts';
import { formatClock } from '../state/format.ts';
import { addressWith } from '../state/route.ts';
import { texts } from '../texts.ts';
import { type Break, breakOf } from './find-break.ts';

const Node = ({ name, note, broken }: { name: string; note: string | undefined; broken: boolean }) => (
  <span class={`hop ${broken ? 'broken' : ''}`}>
    <b>{name}</b>
    <span>{note ?? ' '}</span>
  </span>
);

const Link = ({ note, state }: { note: string | undefined; state: 'whole' | 'broken' | 'unused' }) => (
  <span class={`hop-link ${state}`}>
    <span>{note ?? ' '}</span>
    <i>{state === 'broken' && <Icon name="close" />}</i>
  </span>
);

const linkState = (place: Break, own: Break, unused: boolean) =>
  place === own ? 'broken' : unused ? 'unused' : 'whole';

/** Client → gateway → upstream, with the place marked at which it broke. */
const Hops = ({ entry, place }: { entry: AuditEntry; place: Break }) => {
  const stopped = place === 'client-link' || place === 'client' || place === 'gateway';
  const reached = entry.response.finish !== undefined || entry.ttfbMs !== undefined;
  return (
    <div class="hops" role="img" aria-label={texts.failure.drawing(texts.failure.places[place])}>
      <Node name={texts.failure.client} note={clientOf(entry)} broken={place === 'client'} />
      <Link note={codingOf(entry)} state={linkState('client-link', place, false)} />
      <Node name="gomodel-ts" note={entry.status?.toString()} broken={place === 'gateway'} />
      <Link
        note={
          stopped && !reached
            ? texts.failure.notSent
            : entry.response.events !== undefined
              ? texts.events(entry.response.events)
              : undefined
        }
        state={linkState('upstream-link', place, stopped && !reached)}
      />
      <Node
        name={texts.failure.upstream}
        note={entry.upstream ?? entry.provider}
        broken={place === 'upstream'}
      />
    </div>
  );
};

const Retry = ({ to }: { to: RelatedExchange }) => (
  <a class="link" href={addressWith({ open: to.id, section: undefined })}>
    {formatClock(to.startedAt)}, {to.failed ? texts.failure.failedAgain : texts.failure.succeeded}
  </a>
);

/** Why an exchange failed, whose fault it was, what to do, and what the client did next. */
export const FailureStory = ({ detail }: { detail: AuditDetailAnswer }) => {
  const { entry, retries, retryOf } = detail;
  const left = entry.response.finish === 'aborted';
  const failed = isFailure(entry) || left || entry.response.finish === 'incomplete';
  if (!failed) {
    return retryOf ? (
      <p class="retry-note">
        {texts.failure.retryOf} <Retry to={retryOf} />
      </p>
    ) : null;
  }
  const place = breakOf(entry);
  const { happened, advice, remedy } = tellFailure(
    entry.error?.message ?? texts.failure.finishes[entry.response.finish ?? 'failed'],
    entry.error?.code ?? entry.response.finish ?? '',
    entry.error?.origin,
  );
  return (
    <section class={`failure-story ${left ? 'calm' : ''}`} aria-label={texts.failure.label}>
      <Hops entry={entry} place={place} />
      <p class="failure-message">{happened}</p>
      {advice && advice !== remedy && <p>{advice}</p>}
      {entry.error && (
        <p class="dim">
          <code>{entry.error.code}</code> · {texts.failure.places[place]}
        </p>
      )}
      {remedy && (
        <p>
          <b>{texts.failure.remedy}</b> <WithCode text={remedy} />
        </p>
      )}
      <p>
        <b>{texts.failure.after}</b>{' '}
        {retries.length === 0
          ? texts.failure.noRetry
          : retries.map((retry, index) => (
              <span key={retry.id}>
                {index > 0 && '; '}
                <Retry to={retry} />
              </span>
            ))}
      </p>
    </section>
  );
};
