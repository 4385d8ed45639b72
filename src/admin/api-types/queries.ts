import type { LogFilter } from '../../log/port.ts';

/** A span of days, both ends included. `start_date`/`end_date` win over `days` (default 30, ≤ 366). */
interface PeriodQuery {
  days?: number;
  start_date?: string;
  end_date?: string;
  /** IANA name such as `Europe/Warsaw`: where a day begins. Default: the gateway's own zone. */
  timezone?: string;
}

/** What an exchange must fulfil; all given ones must hold. */
export type ExchangeFilter = LogFilter;

/** `GET audit/log` → AuditLogAnswer. Newest first: by id, descending. Without days or dates: everything there is. */
export interface AuditLogQuery extends PeriodQuery, ExchangeFilter {
  /**
   * A search as the dashboard's box takes it, beside the other filters: words, and `model: tool: status: cost>0.1
   * cached<50% after:2h` and so on.
   */
  q?: string;
  /** Default: when they began. What is not known comes last. */
  sort?: 'cost' | 'cached' | 'tokens' | 'input' | 'output' | 'time' | 'ttfb';
  /** Default `desc`: the largest, or newest, first. */
  order?: 'asc' | 'desc';
  /** `bodies`: `search` looks into request and response bodies too. */
  in?: 'bodies';
  /** Only this exchange and earlier ones, so that pages stay where they are while new ones arrive. */
  until?: string;
  /** Default 25, at most 100. */
  limit?: number;
  /** Default 0. */
  offset?: number;
}

/** `GET usage/*` → sums over a period; `session`, `model`, `client`, `provider` and so on narrow them. */
export interface UsageQuery extends PeriodQuery {
  /** Under any of its names; the next two: as it was asked for, and as the provider was asked for it. */
  model?: string;
  requested_model?: string;
  sent_model?: string;
  provider?: string;
  session?: string;
  client?: string;
  /** The id of a managed key. */
  key?: string;
  /** A user path: that, and all below it. */
  user_path?: string;
  label?: string;
  /** For `usage/daily`: the width of a bucket. Default `daily`; `hourly` over at most 8 days. */
  interval?: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';
  /** For the paged ones (`models`, `sessions`, `clients`, `log`). Default 50, at most 200. */
  limit?: number;
  offset?: number;
  /** For `usage/sessions`: text in a session's id, models or clients. */
  search?: string;
}

/** `GET audit/export` → a file. `id` exports that exchange; `session` a whole session. Takes the log's filters. */
export interface AuditExportQuery extends Omit<AuditLogQuery, 'limit' | 'offset'> {
  format: 'jsonl' | 'har' | 'html';
  id?: string;
}

/** `GET usage/groups` → Paged of UsageGroup, by tokens, most first. */
export interface UsageGroupsQuery extends UsageQuery {
  /** A request with several labels counts in the group of each. */
  by:
    | 'key'
    | 'user_path'
    | 'label'
    | 'session'
    | 'model'
    | 'requested_model'
    | 'sent_model'
    | 'provider'
    | 'client';
  /** For user paths: how many of their parts name a group. Default: all of them. */
  depth?: number;
}
