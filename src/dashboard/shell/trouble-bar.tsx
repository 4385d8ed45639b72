import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon } from '../parts/icon.tsx';
import { connection, lost, startFeed, trouble } from '../state/feed.ts';
import { gateway } from '../state/gateway.ts';
import { addressOf } from '../state/route.ts';
import { texts } from '../texts.ts';

/** What was read and put away: it comes back where it tells something new. */
const dismissed = signal<ReadonlySet<string>>(new Set());

interface BarProps {
  tone: 'warn' | 'fail';
  message: string;
  /** Absent where it goes away by itself. */
  dismissAs?: string;
  children?: ComponentChildren;
}

const Bar = ({ tone, message, dismissAs, children }: BarProps) => {
  if (dismissAs !== undefined && dismissed.value.has(dismissAs)) return null;
  return (
    <p class={`trouble-bar ${tone}`}>
      <Icon name="alert" />
      <span>{message}</span>
      {children}
      {dismissAs !== undefined && (
        <button
          type="button"
          class="link"
          onClick={() => {
            dismissed.value = new Set([...dismissed.value, dismissAs]);
          }}
        >
          {texts.trouble.dismiss}
        </button>
      )}
    </p>
  );
};

/** Below the top, a line each for what concerns every page: no connection, or a log that lacks something. */
export const TroubleBar = () => {
  const { lines, bodies } = lost.value;
  const interrupted = gateway.value?.interrupted ?? 0;
  const isLost = connection.value === 'lost';
  return (
    <div class="trouble-place" role="alert">
      {isLost && (
        <Bar tone="warn" message={texts.connection.lost}>
          <button type="button" class="link" onClick={startFeed}>
            {texts.connection.now}
          </button>
        </Bar>
      )}
      {trouble.value && !isLost && <Bar tone="fail" message={texts.trouble.log(trouble.value)} />}
      {lines + bodies > 0 && (
        <Bar tone="fail" message={texts.trouble.lost(lines, bodies)} dismissAs={`lost ${lines} ${bodies}`} />
      )}
      {interrupted > 0 && (
        <Bar tone="warn" message={texts.trouble.interrupted(interrupted)} dismissAs="interrupted">
          <a class="link" href={addressOf('audit', { error_type: 'interrupted' })}>
            {texts.trouble.show}
          </a>
        </Bar>
      )}
    </div>
  );
};
