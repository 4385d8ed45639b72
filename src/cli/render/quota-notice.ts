import type { ExchangeRecord, QuotaWindow } from '../../log/port.ts';

const nameOf = (windowMinutes: number | undefined, fallback: string): string => {
  if (windowMinutes === undefined) return fallback;
  if (windowMinutes % 10_080 === 0)
    return windowMinutes === 10_080 ? 'week' : `${windowMinutes / 10_080} weeks`;
  if (windowMinutes % 1440 === 0) return windowMinutes === 1440 ? 'day' : `${windowMinutes / 1440} days`;
  return windowMinutes % 60 === 0 ? `${windowMinutes / 60} hours` : `${windowMinutes} minutes`;
};

const resetText = (resetsAt: string | undefined): string => {
  if (resetsAt === undefined) return '';
  const at = new Date(resetsAt);
  const day = at.toLocaleDateString('en-GB', { weekday: 'short' });
  return `, anew ${day} ${at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
};

const describe = (window: QuotaWindow | undefined, fallback: string): string[] =>
  window
    ? [
        `${Math.round(window.usedPercent)}% of ${nameOf(window.windowMinutes, fallback)} used${resetText(window.resetsAt)}`,
      ]
    : [];

/**
 * Watches what the upstream says of a ChatGPT plan's allowance.
 * @returns a function that gives a sentence for a record whose figures have moved by a whole percent since
 *   the last sentence, and undefined for all others
 */
export const createQuotaWatch = (): ((record: ExchangeRecord) => string | undefined) => {
  let last: string | undefined;
  return ({ quota }) => {
    if (!quota) return undefined;
    const figures = [quota.primary, quota.secondary]
      .map((window) => Math.round(window?.usedPercent ?? -1))
      .join();
    if (figures === last) return undefined;
    last = figures;
    const told = [
      ...describe(quota.primary, 'the short window'),
      ...describe(quota.secondary, 'the long window'),
    ];
    return `ChatGPT plan: ${told.join('; ')}`;
  };
};
