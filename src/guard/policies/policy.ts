/**
 * What requests of a user path and below it may use. Every policy that applies must allow a request, and so
 * must its key: a policy further down the tree can only take away.
 */
export interface Policy {
  readonly name: string;
  readonly userPath: string;
  /** Names of models, with `*`; empty: all. */
  readonly models: readonly string[];
  /** Names of providers, with `*`; empty: all. */
  readonly providers: readonly string[];
}
