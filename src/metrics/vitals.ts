import type { BreakerState } from '../forward/retry/create-breakers.ts';

/** How one process of a gateway is, at a moment. */
export interface Vitals {
  /** By provider; one that was never asked has none. */
  readonly breakers: Readonly<Record<string, BreakerState>>;
  /** Exchanges and bytes of bodies that are to be written to the log. */
  readonly waiting: { readonly exchanges: number; readonly bodyBytes: number };
  readonly residentBytes: number;
}
