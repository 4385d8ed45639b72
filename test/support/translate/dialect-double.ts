/** One answer of a model's, whatever API its provider speaks. */
export interface Step {
  readonly thought?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: object }[];
  /** How many tokens the request had, in place of a few. */
  readonly inputTokens?: number;
}

/** A provider's double that plays steps, one a request, and refuses what the real one refuses. */
export interface DialectDouble {
  /** Its address and key, as the gateway's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The bodies of the requests, as text. */
  bodies(): string[];
  readonly refusals: readonly string[];
  close(): Promise<void>;
}
