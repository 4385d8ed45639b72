import { formatShare, formatWhole } from '../state/format.ts';
import { texts } from '../texts.ts';

interface StackBarProps {
  parts: ReadonlyArray<{ key: keyof typeof texts.kinds; value: number }>;
  /** What a full bar stands for; the sum of the parts where absent. */
  whole?: number;
  /** How a part is told. Default: a number of tokens. */
  format?: (value: number) => string;
}

/** Parts of a sum beside each other. */
export const StackBar = ({ parts, whole, format = formatWhole }: StackBarProps) => {
  const sum = parts.reduce((total, { value }) => total + value, 0);
  const full = (whole ?? sum) || 1;
  const label = parts.map(({ key, value }) => `${texts.kinds[key]} ${format(value)}`).join(', ');
  return (
    <div class="stack-bar" role="img" aria-label={label}>
      {parts.map(({ key, value }) =>
        value > 0 ? (
          <i
            key={key}
            class={`kind-${key}`}
            style={{ width: `${((value / full) * 100).toFixed(2)}%` }}
            title={`${texts.kinds[key]}: ${format(value)} (${formatShare(value, sum)})`}
          />
        ) : null,
      )}
    </div>
  );
};
