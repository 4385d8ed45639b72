import type { LimitStatus } from './limit-port.ts';
import { limitScopeText, type RateLimit, type RateRule } from './rate-limit.ts';
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts';

/** What one limit, or one child of a template, has counted. */
export interface Counts {
  /** By the name of the rule. */
  readonly windows: Map<string, SlidingWindow>;
  running: number;
}

export interface FoundLimit {
  readonly limit: RateLimit;
  readonly child: string;
}

/** A limit that holds for a request. */
export interface LimitPlace extends FoundLimit {
  /** Of what it has counted. */
  readonly key: string;
  readonly counts: Counts;
}

/** The window in which a rule counts; made where there is none. */
export const windowOf = ({ windows }: Counts, { name, windowMs }: RateRule): SlidingWindow => {
  const known = windows.get(name);
  if (known) return known;
  const window = createSlidingWindow(windowMs);
  windows.set(name, window);
  return window;
};

export const statusOf = (
  { limit, child }: FoundLimit,
  name: string,
  most: number,
  used: number,
  resetMs?: number,
): LimitStatus => ({
  scope: limitScopeText(limit),
  ...(child !== '' && { child }),
  name,
  limit: most,
  used,
  ...(resetMs !== undefined && { resetMs }),
  source: limit.source,
});

/** How a limit stands, rule by rule. */
export const everyStatus = (place: LimitPlace, nowMs: number): readonly LimitStatus[] => {
  const { limit, counts } = place;
  const rules = limit.rules.map((rule) => {
    const window = windowOf(counts, rule);
    return statusOf(place, rule.name, rule.limit, window.used(nowMs), window.waitMs(0, nowMs));
  });
  const { concurrent } = limit;
  return concurrent === undefined
    ? rules
    : [...rules, statusOf(place, 'concurrent', concurrent, counts.running)];
};
