import type { LimitStatus } from '../../guard/limits/limit-port.ts';
import { formatDuration } from '../render/format-figures.ts';

/** How one rule of a limit stands, as `--json` has it. */
interface LimitFigures {
  /** Which one, of a scope that counts each apart. */
  readonly child?: string;
  /** Such as `rpm`, or `concurrent`. */
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly left: number;
  /** Milliseconds until all of it is there again. */
  readonly resetMs?: number;
}

export const figuresOfLimit = ({ child, name, limit, used, resetMs }: LimitStatus): LimitFigures => ({
  ...(child !== undefined && { child }),
  ...{ name, limit, used, left: Math.max(0, limit - used) },
  ...(resetMs !== undefined && { resetMs }),
});

/** `  rpm: 88 of 100 left; all of it in 42s`. */
export const limitLine = (status: LimitStatus): string => {
  const { child, name, limit, used, left, resetMs } = figuresOfLimit(status);
  const again = resetMs && used > 0 ? `; all of it in ${formatDuration(resetMs)}` : '';
  const of = `${left.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} left`;
  return `  ${child === undefined ? '' : `${child} `}${name}: ${of}${again}`;
};
