/** What became of a setting that could not be carried over as it is. */
export interface Remark {
  /** Such as `config.yaml:12`. */
  readonly place: string;
  /** Its path: `router_settings.redis_host`. */
  readonly setting: string;
  /** Why, and what to do, in a sentence. Never a value that could be a secret. */
  readonly text: string;
}

/** A configuration of another gateway in our form. */
export interface Imported {
  /** The content of `gomodel.yaml`. */
  readonly yaml: string;
  readonly remarks: readonly Remark[];
  /** The environment variables that it refers to, without those that have a default. */
  readonly variables: readonly string[];
}
