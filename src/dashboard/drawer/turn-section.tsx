import { useState } from 'preact/hooks';
import type { TurnAnswer } from '../../admin/api-types/conversation.ts';
import type { RelatedExchange } from '../../admin/api-types/detail.ts';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import { FoldLines } from '../parts/fold-lines.tsx';
import { Icon } from '../parts/icon.tsx';
import { LoadFailed, Loading, Notice } from '../parts/notice.tsx';
import { api } from '../state/api.ts';
import { outcomeOf } from '../state/describe-exchange.ts';
import { addressWith } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { useReload } from '../state/use-reload.ts';
import { texts } from '../texts.ts';
import { PromptFold } from '../turn/prompt-fold.tsx';
import { TurnItems } from '../turn/turn-items.tsx';
import { visibleText } from '../turn/visible-text.ts';

const REFRESH_MS = 1000;

interface TurnSectionProps {
  entry: AuditEntry;
  /** The next exchange of the thread: it brings what the tools gave back. */
  next: RelatedExchange | undefined;
}

const Earlier = ({ turn, open, toggle }: { turn: TurnAnswer; open: boolean; toggle: () => void }) => {
  if (turn.earlierCount === 0) return null;
  return (
    <>
      <button type="button" class="earlier" aria-expanded={open} onClick={toggle}>
        <Icon name={open ? 'down' : 'right'} />
        {texts.turn.earlier(turn.earlierCount)}
      </button>
      {open && (
        <div class="earlier-items">{turn.earlier ? <TurnItems items={turn.earlier} /> : <Loading />}</div>
      )}
    </>
  );
};

const Answer = ({ turn, entry, next }: { turn: TurnAnswer } & TurnSectionProps) => {
  const running = outcomeOf(entry).tone === 'running';
  return (
    <>
      <h3 class="divider">
        <span>{texts.turn.answer}</span>
      </h3>
      {turn.output.length > 0 && <TurnItems items={turn.output} />}
      {next && turn.output.some(({ kind }) => kind === 'toolCall') && (
        <p class="continued">
          <a class="link" href={addressWith({ open: next.id })}>
            {texts.turn.continued}
          </a>
        </p>
      )}
      {running && <p class="running-note">{texts.turn.running}</p>}
      {turn.responseText && <FoldLines text={visibleText(turn.responseText)} />}
      {!running && turn.output.length === 0 && !turn.responseText && (
        <p class="dim pad">{texts.turn.noAnswer}</p>
      )}
    </>
  );
};

/** The turn as a person reads it: what this request added, and what came back. */
export const TurnSection = ({ entry, next }: TurnSectionProps) => {
  const [earlier, setEarlier] = useState(false);
  const question = `${entry.id} ${earlier} ${entry.durationMs ?? ''}`;
  const { value, error, reload } = useLoad(question, (signal) => api.turn(entry.id, earlier, signal));
  // A running answer is read as it grows.
  useReload(reload, REFRESH_MS, (event) =>
    event.type === 'update' && event.record.id === entry.id ? 'later' : undefined,
  );
  if (error) return <LoadFailed error={error} retry={reload} />;
  if (value?.id !== entry.id) return <Loading lines={10} />;
  if (!value.requestText && value.items.length + value.output.length === 0 && !value.responseText) {
    return (
      <Notice title={texts.turn.unreadable}>
        <p>{value.unreadable}</p>
      </Notice>
    );
  }
  return (
    <div class="turn">
      {value.unreadable && <p class="remark">{value.unreadable}</p>}
      {value.instructions && (
        <div class="item instructions">
          <span class="speaker">{texts.turn.roles.instructions}</span>
          <div class="said">
            <PromptFold text={value.instructions} />
          </div>
        </div>
      )}
      <Earlier turn={value} open={earlier} toggle={() => setEarlier(!earlier)} />
      <TurnItems items={value.items} />
      {value.requestText && <FoldLines text={visibleText(value.requestText)} />}
      <Answer turn={value} entry={entry} next={next} />
      {value.tools.length > 0 && !value.items.some(({ kind }) => kind === 'tools') && (
        <details class="offered">
          <summary>{texts.turn.offered(value.tools.length)}</summary>
          <p class="mono">{visibleText(value.tools.join(', '))}</p>
        </details>
      )}
    </div>
  );
};
