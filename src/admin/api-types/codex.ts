import type { AuditEntry } from './entry.ts';

/** `GET codex/status` */
export interface CodexStatusAnswer {
  /** `connected`: the block is there and resolves to this gateway. */
  state: 'connected' | 'not_connected' | 'changed' | 'elsewhere' | 'invalid_config' | 'no_config';
  /** One sentence for the state, with what to do next. */
  message: string;
  config_path: string;
  config_found: boolean;
  /** What Codex would send its requests to, by its config. */
  resolves_to?: string;
  /** The provider block to paste. */
  block: string;
  /** The command that writes it, and the exports that the shell needs. */
  command: string;
  exports: string[];
  /** Unified diff of what `init-codex` would change; empty where nothing. */
  diff: string;
  problems: string[];
  /** Every client that was seen, newest first. */
  clients: SeenClient[];
}

export interface SeenClient {
  name: string;
  version?: string;
  requests: number;
  /** Content codings and transports that it used. */
  encodings: string[];
  transports: string[];
  last: AuditEntry;
}

/** `POST codex/doctor` → a real round trip; there where `features.doctor` says so. */
export interface DoctorAnswer {
  /** True where something was tried, and all of it works. */
  ok: boolean;
  duration_ms: number;
  steps: DoctorStep[];
}

export interface DoctorStep {
  name: string;
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  message: string;
  remedy?: string;
  ms?: number;
}
