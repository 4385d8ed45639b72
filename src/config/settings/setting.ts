/** Reads one value of a setting; undefined where the text is not what the setting takes. */
export type Parse<Value> = (text: string) => Value | undefined;

export interface Setting<Value> {
  readonly variable: string;
  /** Where it stands in the configuration file. */
  readonly path: readonly string[];
  /** What a value may be, for the message that refuses another one. */
  readonly takes: string;
  readonly summary: string;
  readonly secret?: true;
  readonly parse: Parse<Value>;
  /** As it would be written; absent where the setting has no value of its own accord. */
  readonly fallback?: string;
}

/** Keeps the type of a setting's value. */
export const setting = <Value>(value: Setting<Value>): Setting<Value> => value;
