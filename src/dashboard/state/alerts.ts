import { computed, signal } from '@preact/signals';
import type { AuditEntry } from '../../admin/api-types/entry.ts';
import type { StreamEvent } from '../../admin/api-types/stream.ts';
import { createLossNotices } from '../../admin/cost/loss-notices.ts';
import { isFailure } from '../../log/record.ts';
import { texts } from '../texts.ts';
import { connection, keepListening, listen } from './feed.ts';
import { formatCost, formatCount } from './format.ts';
import { gateway } from './gateway.ts';
import { addressOf, goTo } from './route.ts';

/** Of one session, the same is said once in so long. */
const QUIET_MS = 60_000;
const MAX_THREADS = 500;
const KEY = 'gomodel-notify';
const SUM_KEY = 'gomodel-cache-loss';

/** A page that came over plain HTTP from another machine has none. */
export const canNotify = typeof Notification !== 'undefined' && window.isSecureContext;

const running = signal<ReadonlySet<string>>(new Set());
/** What happened while nobody looked at the page. */
const unseen = signal(0);

/** Whether the user wants to be told while the page is hidden. */
export const notifies = signal(
  canNotify && localStorage.getItem(KEY) === 'on' && Notification.permission === 'granted',
);

/** What the tab's title says before the page's name: what happened unseen, and how much runs. */
export const titleBadge = computed(() => {
  const parts = [
    unseen.value > 0 ? texts.alerts.unseen(unseen.value) : '',
    // Without a connection nobody knows what runs.
    running.value.size > 0 && connection.value === 'live' ? texts.alerts.running(running.value.size) : '',
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(' ')} ` : '';
});

const ownSum = signal(localStorage.getItem(SUM_KEY));

/** A session that has lost its cache for more than this is told of, in USD: this browser's own, or the gateway's. */
export const lossSum = computed(() =>
  ownSum.value === null ? (gateway.value?.cache_loss_notice ?? 0) : Number(ownSum.value),
);

export const setLossSum = (usd: number): void => {
  localStorage.setItem(SUM_KEY, String(usd));
  ownSum.value = String(usd);
};

const saidAt = new Map<string, number>();
const takeLoss = createLossNotices(() => lossSum.value);

/** What the session of an exchange has lost from the cache, where that is worth a word. */
const lossOf = ({ client, lostCache }: AuditEntry): string | undefined => {
  const session = client.sessionId ?? client.threadId;
  if (!lostCache || session === undefined) return undefined;
  const loss = takeLoss(session, { tokens: lostCache.tokens, usd: lostCache.usd });
  if (!loss) return undefined;
  const tokens = formatCount(loss.tokens);
  return loss.usd === undefined
    ? texts.alerts.lost(tokens)
    : texts.alerts.lostFor(formatCost(loss.usd), tokens);
};

/** What about an exchange that has ended is worth a word; undefined where nothing is. */
const alertOf = (entry: AuditEntry): string | undefined => {
  const lost = lossOf(entry);
  if (isFailure(entry)) return texts.alerts.failed(entry.error?.message ?? String(entry.status ?? ''));
  if (entry.findings?.includes('other_model')) {
    return texts.findings.other_model(entry.sentModel, entry.model);
  }
  return lost;
};

const notify = (entry: AuditEntry, body: string): void => {
  const note = new Notification(texts.alerts.title, { body, tag: entry.client.sessionId ?? entry.id });
  note.onclick = () => {
    window.focus();
    goTo(addressOf('audit', { open: entry.id }));
  };
};

const take = (event: StreamEvent): void => {
  if (event.type === 'hello') running.value = new Set(event.running.map(({ id }) => id));
  if (!('record' in event)) return;
  const { record } = event;
  const ids = new Set(running.value);
  if (event.type === 'close') ids.delete(record.id);
  else ids.add(record.id);
  if (ids.size !== running.value.size) running.value = ids;
  if (event.type !== 'close') return;
  const alert = alertOf(record);
  if (alert === undefined || !document.hidden) return;
  const topic = `${record.client.sessionId ?? ''} ${alert}`;
  if (performance.now() - (saidAt.get(topic) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
  if (saidAt.size >= MAX_THREADS) saidAt.clear();
  saidAt.set(topic, performance.now());
  unseen.value++;
  if (notifies.value) notify(record, alert);
};

/** Watches what happens, for the title and for notifications. @returns ends it */
export const watchAlerts = (): (() => void) => {
  keepListening.value = notifies.value;
  const look = (): void => {
    if (!document.hidden) unseen.value = 0;
  };
  document.addEventListener('visibilitychange', look);
  const stop = listen(take);
  return () => {
    document.removeEventListener('visibilitychange', look);
    stop();
  };
};

/** Turns notifications on or off; the browser asks the user once. @returns false where it was refused */
export const toggleNotifications = async (): Promise<boolean> => {
  const isWanted = !notifies.value;
  if (isWanted && (await Notification.requestPermission()) !== 'granted') return false;
  notifies.value = isWanted;
  keepListening.value = isWanted;
  localStorage.setItem(KEY, isWanted ? 'on' : 'off');
  return true;
};
