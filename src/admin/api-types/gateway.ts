import type { LogLosses } from './log.ts';

/** `GET dashboard/config` */
export interface DashboardConfigAnswer {
  version: string;
  /** The gateway's own address for clients, ending in `/v1`. */
  base_url: string;
  /** The upstream's host. */
  upstream: string;
  started_at: string;
  data_dir: string;
  /** True where a master key is set: then the page can log out. */
  auth_required: boolean;
  demo: boolean;
  log_bodies: boolean;
  retention_days: number;
  max_disk_bytes: number;
  disk_bytes: number;
  timezone: string;
  /** A session that has lost its prompt cache for more than this is told of. USD; 0: never. */
  cache_loss_notice: number;
  /** What the page may offer. */
  features: { doctor: boolean; export: Array<'jsonl' | 'har' | 'html'> };
  /** Set while the log cannot be written. */
  trouble?: { since: string; message: string };
  lost: LogLosses;
  /** Exchanges that were under way when an earlier gateway was killed, found when this one started. */
  interrupted: number;
}

/** `GET providers/status` → ProviderStatus[] */
export interface ProviderStatus {
  name: string;
  base_url: string;
  /** Where the credential comes from, such as `OPENAI_API_KEY` or `ChatGPT sign-in`; never the key. */
  key_source: string | null;
  /** By the last requests: `unknown` before any. */
  status: 'ok' | 'failing' | 'unknown' | 'not_configured';
  last_success_at?: string;
  last_failure?: { id: string; at: string; message: string };
  requests_24h: number;
  failed_24h: number;
  /** Where the provider has several keys: each of them, since the gateway started. */
  keys?: ProviderKeyUse[];
}

/** One of several keys of a provider, never the key itself. */
export interface ProviderKeyUse {
  /** The variable that holds it, such as `OPENAI_API_KEY_2`. */
  name: string;
  /** By its last answer: `refused` after a 401, `limited` after a 429; then it is passed over for a while. */
  state: 'ok' | 'limited' | 'refused' | 'unknown';
  requests: number;
  /** Of those, the ones that were answered with 401 or 429. */
  refused: number;
  last_status?: number;
}
