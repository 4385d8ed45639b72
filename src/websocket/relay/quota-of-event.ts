import { readQuota } from '../../forward/relay/read-quota.ts';
import type { ExchangeRecord } from '../../log/record.ts';

type Json = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

const parse = (text: string): Json => {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
};

/**
 * The allowance of a ChatGPT plan as a `codex.rate_limits` event tells it, which stands for the header
 * fields of HTTP. Other limits than the plan's own are left out.
 */
export const quotaOfEvent = (data: string, nowMs: number): ExchangeRecord['quota'] => {
  const event = parse(data);
  const limit = event.metered_limit_name ?? event.limit_name ?? 'codex';
  if (limit !== 'codex') return undefined;
  const headers: Record<string, string> = {};
  for (const name of ['primary', 'secondary']) {
    const window = fieldsOf(fieldsOf(event.rate_limits)[name]);
    for (const member of ['used_percent', 'window_minutes', 'reset_at']) {
      const value = window[member];
      if (typeof value === 'number')
        headers[`x-codex-${name}-${member.replaceAll('_', '-')}`] = String(value);
    }
  }
  return readQuota(headers, nowMs);
};
