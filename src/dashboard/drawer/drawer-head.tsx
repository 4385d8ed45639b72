import { useState } from 'preact/hooks';
import type { AuditDetailAnswer, RelatedExchange } from '../../admin/api-types/detail.ts';
import { SendAgain } from '../compare/send-again.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { apiAddress } from '../state/api.ts';
import { clientOf, outcomeOf } from '../state/describe-exchange.ts';
import { formatDuration, formatFullMoment } from '../state/format.ts';
import { gateway } from '../state/gateway.ts';
import { nowMs } from '../state/now.ts';
import { addressOf, addressWith, choose } from '../state/route.ts';
import { texts } from '../texts.ts';

const Neighbour = ({
  to,
  icon,
  label,
}: {
  to: RelatedExchange | undefined;
  icon: 'left' | 'right';
  label: string;
}) =>
  to ? (
    <a class="button quiet square" href={addressWith({ open: to.id })} title={label} aria-label={label}>
      <Icon name={icon} />
    </a>
  ) : (
    <span class="button quiet square absent" aria-hidden="true">
      <Icon name={icon} />
    </span>
  );

const Duration = ({ detail }: { detail: AuditDetailAnswer }) => {
  const { startedAt, durationMs } = detail.entry;
  if (durationMs !== undefined) return <>{formatDuration(durationMs)}</>;
  return outcomeOf(detail.entry).tone === 'running'
    ? formatDuration(Math.max(0, nowMs.value - Date.parse(startedAt)))
    : null;
};

const SendAgainButton = ({ id }: { id: string }) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button quiet square"
        title={texts.again.open}
        aria-label={texts.again.open}
        onClick={() => setOpen(true)}
      >
        <Icon name="again" />
      </button>
      {isOpen && <SendAgain id={id} onClose={() => setOpen(false)} />}
    </>
  );
};

/** What the exchange is, in two lines, and what can be done with it. */
export const DrawerHead = ({ id, detail }: { id: string; detail: AuditDetailAnswer | undefined }) => {
  const entry = detail?.entry;
  const outcome = entry && outcomeOf(entry);
  const session = entry?.client.sessionId ?? entry?.client.threadId;
  return (
    <header class="drawer-head">
      <div class="drawer-title">
        {outcome && <span class={`tag ${outcome.tone}`}>{outcome.status}</span>}
        <h2>{entry?.model ?? (entry && `${entry.method} ${entry.path}`) ?? ' '}</h2>
        <span class="grow" />
        <Neighbour to={detail?.previous} icon="left" label={texts.drawer.previous} />
        <Neighbour to={detail?.next} icon="right" label={texts.drawer.next} />
        {detail?.previous && (
          <a
            class="button quiet square"
            href={addressOf('compare', { left: detail.previous.id, right: id })}
            title={texts.compare.with}
            aria-label={texts.compare.with}
          >
            <Icon name="columns" />
          </a>
        )}
        {entry?.model && outcome?.tone !== 'running' && <SendAgainButton id={id} />}
        <CopyButton text={() => detail?.curl ?? ''} label={texts.drawer.curl} />
        <Menu icon="download" label={texts.exports.one}>
          {(gateway.value?.features.export ?? []).map((format) => (
            <a key={format} download href={apiAddress('audit/export', { id, format })}>
              {texts.exports[format]}
            </a>
          ))}
        </Menu>
        <button
          type="button"
          class="button quiet square"
          title={texts.drawer.close}
          aria-label={texts.drawer.close}
          onClick={() => choose({ open: undefined, section: undefined })}
        >
          <Icon name="close" />
        </button>
      </div>
      <p class="drawer-line">
        {entry && detail && (
          <>
            <span>{formatFullMoment(entry.startedAt)}</span>
            <span>
              <Duration detail={detail} />
            </span>
            <span>{clientOf(entry)}</span>
            {session && (
              <a class="link" href={addressOf('sessions', { session, at: entry.id })}>
                {texts.drawer.session}
              </a>
            )}
          </>
        )}
        {entry?.sentAgainOf && (
          <span>
            {texts.again.sentFrom}{' '}
            <a
              class="link mono"
              href={addressOf('compare', { left: entry.sentAgainOf, right: id })}
              title={texts.again.compareWith}
            >
              {entry.sentAgainOf}
            </a>
          </span>
        )}
        <span class="id mono">
          {id} <CopyButton text={id} label={texts.drawer.copyId} />
        </span>
      </p>
    </header>
  );
};
