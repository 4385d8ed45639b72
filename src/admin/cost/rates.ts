import type { Usage } from '../../log/port.ts';

/** What is paid for one by one, the count that says how many there were, and how many a rate is for. */
export const FEES = {
  webSearch: { counted: 'webSearches', per: 1_000 },
  previewWebSearch: { counted: 'previewWebSearches', per: 1_000 },
  fileSearch: { counted: 'fileSearches', per: 1_000 },
  /** By the hour. */
  audio: { counted: 'audioMs', per: 3_600_000 },
  characters: { counted: 'characters', per: 1_000_000 },
} as const satisfies Record<string, { readonly counted: keyof Usage; readonly per: number }>;

export type Fee = keyof typeof FEES;

/** USD for a million tokens. */
export interface Rates {
  readonly input: number;
  readonly cachedInput: number;
  /** What is written to the provider's cache. */
  readonly cacheWrite: number;
  /** The same where it is kept for an hour. */
  readonly cacheWrite1h: number;
  readonly output: number;
  /** Where reasoning has a price of its own; `outputTokens` includes it. */
  readonly reasoning?: number;
  /** Where sources that were read have one. */
  readonly citation?: number;
  /** Where sound has prices of its own. */
  readonly inputAudio?: number;
  readonly cachedAudio?: number;
  readonly outputAudio?: number;
  /** Where pictures have prices of their own. */
  readonly inputImage?: number;
  readonly cachedImage?: number;
  readonly outputImage?: number;
  /** USD for as many as `FEES` says; absent where nobody says what one costs. */
  readonly fees?: Readonly<Partial<Record<Fee, number>>>;
  /** USD for a thousand requests, beside their tokens. */
  readonly request?: number;
}

/** The rates of tokens. */
export const TOKEN_RATES = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'output',
  'reasoning',
  'citation',
  'inputAudio',
  'cachedAudio',
  'outputAudio',
  'inputImage',
  'cachedImage',
  'outputImage',
] as const satisfies readonly (keyof Rates)[];

/** What a model costs at a time: the rates may rise with the length of the input. */
export interface ModelRates {
  readonly ratesFor: (inputTokens: number) => Rates;
  readonly source: string;
  /** Some prices change with the hour of the day, at whole or half hours, UTC. */
  readonly changesByHour?: true;
  /** The tier that was asked for, unless it is the standard one; not priced: the rates are those of the standard one. */
  readonly tier?: { readonly name: string; readonly isPriced: boolean };
}

export interface PricedBy {
  /** As the client named it. */
  readonly model: string | undefined;
  /** The provider's name of it, where it is another. */
  readonly upstreamModel: string | undefined;
  readonly provider: string | undefined;
  /** Unless it is the standard one. */
  readonly serviceTier: string | undefined;
  readonly startedAtMs: number;
}

/** @returns undefined for a model that no list has: unknown is not free */
export type FindRates = (priced: PricedBy) => ModelRates | undefined;
