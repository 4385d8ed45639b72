/** Milliseconds since the epoch: from, and up to but not including. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What an exchange must fulfil; all given ones must hold. `*` in a model and in `path` stands for anything. */
export interface LogFilter {
  model?: string;
  /** Only as the client asked for it, and only as the provider was asked for it. */
  requested_model?: string;
  sent_model?: string;
  provider?: string;
  method?: string;
  path?: string;
  /** `404`, a class such as `4xx`, or `running` for what has not ended. */
  status_code?: string;
  /** An origin (`client`, `gateway`, `network`, `upstream`), a code, a finish, or `any` for every failure. */
  error_type?: string;
  /** `true` or `false`. */
  stream?: string;
  /** A session's or a thread's id, or a prefix of one (at least 8 characters). */
  session?: string;
  /** `name` or `name/version`, as the record has them. */
  client?: string;
  /** The id of a managed key. */
  key?: string;
  /** A user path: that, and all below it. */
  user_path?: string;
  label?: string;
  /** The name of a tool that the answer calls; `*` stands for anything. */
  tool?: string;
  /**
   * Words, each of which is anywhere in ids, model, path, client, tool names or error, ignoring case; a text in quotes
   * is one of them.
   */
  search?: string;
}

/** Which exchanges are meant: plain data, so that every reader can compile it. All that is given must hold. */
export interface LogQuery {
  /** When they began. Absent: at any time. */
  readonly span?: TimeSpan | undefined;
  readonly filter?: LogFilter | undefined;
  /** Ranges of statuses, both ends included, of which one must hold. */
  readonly statuses?: readonly (readonly [from: number, to: number])[] | undefined;
  /** Only what was asked for this user path and below it, whatever the filter says of paths. */
  readonly within?: string | undefined;
  /** Only this exchange and earlier ones. */
  readonly until?: string | undefined;
  /** Only these. */
  readonly ids?: ReadonlySet<string> | undefined;
  /** Only those of these sessions, or threads where there is no session. */
  readonly sessions?: ReadonlySet<string> | undefined;
  /** Only those that used tokens. */
  readonly hasUsage?: boolean | undefined;
  /** Ids of exchanges that fulfil `filter.search` whatever their record says: their bodies hold the text. */
  readonly inBodies?: ReadonlySet<string> | undefined;
}
