// Words of the page that holds two exchanges side by side.
import { count } from './count.ts';

export const compareTexts = {
  compare: {
    with: 'Compare with the one before',
    choose: 'Two exchanges to compare',
    left: 'Earlier',
    right: 'Later',
    id: 'Id of the exchange',
    go: 'Compare',
    swap: 'Swap',
    same: (items: number) => `${count(items, 'item', 'items')} alike`,
    showSame: 'Show what is alike',
    hideSame: 'Hide what is alike',
    nothing: 'nothing',
    answers: 'Answers',
    input: 'Input',
    samePrefix: 'The later request begins like the earlier one: nothing in it takes the cache away.',
    differs: (where: string) => `They part at ${where}`,
    atByte: (byte: string) => `byte ${byte} of the request`,
    cost: (tokens: string, cost: string) =>
      `${tokens} tokens of what both have in common were read anew: ${cost} more than from the cache`,
    costUnknown: (tokens: string) => `${tokens} tokens of what both have in common were read anew`,
    noCost: 'All that both have in common came from the cache.',
    facts: {
      model: 'Model',
      status: 'Status',
      input: 'Input',
      cached: 'Cached',
      output: 'Output',
      cost: 'Cost',
      time: 'Time',
    },
  },
} as const;
