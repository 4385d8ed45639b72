import type { Usage } from '../../log/record.ts';
import { formatShare, formatWhole } from '../state/format.ts';
import { texts } from '../texts.ts';

const MAX_MS = 60_000;
const LARGEST_TOKENS = 272_000;

/** A square root leaves room to tell 1 s from 2 s on a scale that ends at a minute. */
const widthOf = (value: number, largest: number): string =>
  `${(Math.min(1, Math.sqrt(value / largest)) * 100).toFixed(1)}%`;

/** Time as a bar: the wait for the first byte light, the stream behind it dark. */
export const DurationBar = ({ durationMs, ttfbMs }: { durationMs: number; ttfbMs: number | undefined }) => {
  const wait = durationMs > 0 ? Math.min(1, (ttfbMs ?? durationMs) / durationMs) : 1;
  return (
    <span class="bar duration" aria-hidden="true">
      <i style={{ width: widthOf(durationMs, MAX_MS) }}>
        <b style={{ width: `${(wait * 100).toFixed(1)}%` }} />
      </i>
    </span>
  );
};

/** Context as a bar: the part that came from the cache light, what was read anew dark. */
export const ContextBar = ({ usage }: { usage: Usage }) => {
  const input = usage.inputTokens ?? 0;
  const cached = usage.cachedInputTokens ?? 0;
  return (
    <span
      class="bar context"
      role="img"
      aria-label={texts.usage.cachedOf(formatShare(cached, input))}
      title={texts.usage.cachedTitle(formatWhole(cached), formatWhole(input), formatShare(cached, input))}
    >
      <i style={{ width: widthOf(input, LARGEST_TOKENS) }}>
        <b style={{ width: input > 0 ? `${((cached / input) * 100).toFixed(1)}%` : '0' }} />
      </i>
    </span>
  );
};
