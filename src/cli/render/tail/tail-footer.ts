import type { ChalkInstance } from '../colour.ts';
import { displayWidth, truncate } from '../fit-width.ts';
import { formatCost } from '../format-figures.ts';
import type { DaySums } from './day-sums.ts';

export interface FooterFacts {
  readonly sums: Readonly<DaySums>;
  /** Set while lines wait: how many. */
  readonly waiting: number | undefined;
  readonly errorsOnly: boolean;
  /** True where keys are read. */
  readonly hasKeys: boolean;
}

const HINTS = ['h help', 'q quit', 'o open', 'e errors', 'p pause', 'l last', 'c clear'];
const GAP = '   ';

const sumsText = ({ requests, failed, inputTokens, cachedTokens, costUsd }: DaySums): string =>
  [
    `today ${requests.toLocaleString('en-US')} ${requests === 1 ? 'request' : 'requests'}`,
    costUsd === undefined ? undefined : formatCost(costUsd),
    inputTokens > 0 ? `${Math.round((100 * cachedTokens) / inputTokens)}% cached` : undefined,
    `${failed} failed`,
  ]
    .filter((text) => text !== undefined)
    .join(' · ');

/** The last line of the screen: today's sums, what holds the tail back, and as many keys as there is room for. */
export const footerLine = (facts: FooterFacts, width: number, colour: ChalkInstance): string => {
  const { sums, waiting, errorsOnly, hasKeys } = facts;
  const states = [
    ...(waiting === undefined ? [] : [`paused, ${waiting} waiting (p goes on)`]),
    ...(errorsOnly ? ['failures only (e shows all)'] : []),
  ];
  const said = truncate([...states, sumsText(sums)].join(GAP), width);
  let keys = '';
  for (const hint of hasKeys ? HINTS : []) {
    const more = keys === '' ? hint : `${keys}  ${hint}`;
    if (displayWidth(said) + GAP.length + displayWidth(more) > width) break;
    keys = more;
  }
  const state = states.join(GAP);
  const painted =
    state && said.startsWith(state)
      ? colour.yellow(state) + colour.dim(said.slice(state.length))
      : colour.dim(said);
  return keys === '' ? painted : painted + colour.dim(GAP + keys);
};
