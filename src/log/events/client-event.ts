/** What a client told of one of its tools, in the telemetry that it sends. */
export interface ClientEvent {
  /** ISO 8601, UTC, by the client's clock. */
  readonly at: string;
  /** `decision`: whether the tool may run. `result`: it has run. */
  readonly kind: 'decision' | 'result';
  readonly client: 'codex' | 'claude-code';
  /** Its session or thread, by the id that its requests name. */
  readonly conversationId: string;
  /** Of the managed key that it was sent with. */
  readonly keyId?: string;
  /** The turn, where the client says so, or its trace led to an exchange of that turn. */
  readonly turnId?: string;
  readonly traceId?: string;
  readonly tool: string;
  /** As the answer that called the tool names the call. */
  readonly callId?: string;
  /** In the client's own word, such as `approved` or `reject`. */
  readonly decision?: string;
  /** Such as `config` or `user`. */
  readonly decidedBy?: string;
  readonly success?: boolean;
  readonly durationMs?: number;
}

export interface ClientEventReader {
  /** Those of some conversations, oldest first. @param ids sessions and threads */
  of(ids: readonly string[]): Promise<readonly ClientEvent[]>;
}

/** Keeps what clients tell beside the exchanges; an exchange never depends on it. */
export interface ClientEventLog extends ClientEventReader {
  /** Never waits and never throws: what has no room is lost. */
  add(events: readonly ClientEvent[]): void;
  /** Settles when what was added is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
