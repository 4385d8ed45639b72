import type { LossNotice } from '../../../admin/cost/loss-notices.ts';
import type { ExchangeRecord } from '../../../log/port.ts';
import type { ChalkInstance } from '../colour.ts';
import { displayWidth, truncate } from '../fit-width.ts';
import { formatCost, formatCount } from '../format-figures.ts';
import { shortIdOf } from './tail-outcome.ts';

const INDENT = '         → ';

/** What stands below the line of an exchange whose session has lost its cache: how much, and what it cost. */
export const lossLine = (
  { tokens, usd }: LossNotice,
  record: ExchangeRecord,
  width: number,
  colour: ChalkInstance,
): string => {
  const cost = usd === undefined ? '' : `, ${formatCost(usd)} more than from the cache`;
  const said = `cache lost: ${formatCount(tokens)} tokens read again${cost}`;
  const command = `  gomodel-ts logs ${shortIdOf(record)}`;
  const room = Math.max(0, width - displayWidth(INDENT));
  const isWide = displayWidth(said + command) <= room;
  return colour.dim(INDENT) + colour.yellow(truncate(said, room)) + (isWide ? colour.dim(command) : '');
};
