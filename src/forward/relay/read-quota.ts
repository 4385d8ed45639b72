import type { IncomingHttpHeaders } from 'node:http';
import type { ExchangeRecord, QuotaWindow } from '../../log/record.ts';

const readNumber = (headers: IncomingHttpHeaders, name: string): number | undefined => {
  const text = headers[name];
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

const readWindow = (headers: IncomingHttpHeaders, name: string, nowMs: number): QuotaWindow | undefined => {
  const usedPercent = readNumber(headers, `x-codex-${name}-used-percent`);
  if (usedPercent === undefined) return undefined;
  const windowMinutes = readNumber(headers, `x-codex-${name}-window-minutes`);
  const resetAtSeconds = readNumber(headers, `x-codex-${name}-reset-at`);
  const resetAfterSeconds = readNumber(headers, `x-codex-${name}-reset-after-seconds`);
  const resetsAtMs =
    resetAtSeconds === undefined
      ? resetAfterSeconds === undefined
        ? undefined
        : nowMs + resetAfterSeconds * 1000
      : resetAtSeconds * 1000;
  // A date beyond what dates can be is the upstream's mistake, and no reason to lose the rest.
  const isDate = resetsAtMs !== undefined && Math.abs(resetsAtMs) <= 8.64e15;
  return {
    usedPercent,
    ...(windowMinutes !== undefined && { windowMinutes }),
    ...(isDate && { resetsAt: new Date(resetsAtMs).toISOString() }),
  };
};

/**
 * What the upstream says of a ChatGPT plan's allowance beside an answer: `x-codex-primary-*` and
 * `x-codex-secondary-*`, the short and the long window.
 */
export const readQuota = (headers: IncomingHttpHeaders, nowMs: number): ExchangeRecord['quota'] => {
  const primary = readWindow(headers, 'primary', nowMs);
  const secondary = readWindow(headers, 'secondary', nowMs);
  if (!primary && !secondary) return undefined;
  return { ...(primary && { primary }), ...(secondary && { secondary }) };
};
