// Words of one exchange, wherever it is listed: columns, outcome, tokens, cost.
import type { ErrorOrigin } from '../../base/errors.ts';
import { count } from './count.ts';

const origin: Readonly<Record<ErrorOrigin, string>> = {
  client: 'client',
  gateway: 'gateway',
  network: 'network',
  upstream: 'upstream',
};

export const exchangeTexts = {
  columns: {
    time: 'Time',
    status: 'Status',
    model: 'Model',
    client: 'Client',
    session: 'Session',
    coding: 'Body',
    ttfb: 'First byte',
    duration: 'Duration',
    context: 'Context',
    output: 'Out',
    cost: 'Cost',
    finish: 'Finish',
    tools: 'Tools',
  },
  columnTitles: {
    coding: 'Size of the request body: decoded, and as received',
    ttfb: 'From the request’s arrival to the first byte of the response',
    duration: 'From the request’s arrival to the last byte. Bar: light until the first byte, dark after it',
    context: 'Input tokens. Bar: light for cached, dark for new ones',
    output: 'Output tokens',
    cost: 'By the price list; “plan” if a ChatGPT subscription covers it',
    finish: 'How the response ended; for a failure, where',
  } as Readonly<Record<string, string | undefined>>,
  finish: {
    running: 'running',
    cut: 'cut',
    completed: 'completed',
    incomplete: 'incomplete',
    failed: 'failed',
    truncated: 'cut off',
    aborted: 'client left',
    interrupted: 'interrupted',
  },
  origin,
  events: (events: number) => count(events, 'event', 'events'),
  auth: {
    master_key: 'the master key',
    chatgpt: 'ChatGPT',
    none: 'nothing',
    rejected: 'a key that was rejected',
  } as Readonly<Record<string, string | undefined>>,
  kinds: {
    cached: 'Cached input',
    cacheWrite: 'Written to the cache',
    uncached: 'New input',
    output: 'Output',
    reasoning: 'Reasoning',
    cost: 'Billed',
    covered: 'Covered by ChatGPT, at list prices',
  },
  fees: {
    webSearch: 'Web searches',
    previewWebSearch: 'Web searches (preview tool)',
    fileSearch: 'File searches',
    audio: 'Sound, by its length',
    characters: 'Speech, by the character',
    request: 'Fee for each request',
  },
  findings: {
    other_model: (sent: string | undefined, answered: string | undefined) =>
      `Another model answered: ${sent ?? 'the model'} was requested, but ${answered ?? 'another'} answered.`,
    second_generation: () =>
      'This stream switched from one answer to another, as happens when an intermediary retries.',
  },
  cost: {
    plan: 'plan',
    subscription: (worth: string) => `Covered by a ChatGPT plan; worth ${worth} at list prices`,
    unknown: 'No price is known for this model',
    coveredNote:
      'Covered by a ChatGPT plan: nothing was billed. The amounts are what it is worth at list prices.',
    source: (source: string) => `Rates: ${source}. USD for a million tokens.`,
    tier: (name: string) => `Served by the ${name} tier, at its own prices.`,
    pricedAsStandard: (name: string) =>
      `Served by the ${name} tier, whose prices are not known: priced as standard.`,
    noRate: 'no price',
    rateFor: (rate: string, per: number) =>
      per === 3_600_000 ? `${rate} an hour` : `${rate} per ${per === 1_000_000 ? 'million' : '1,000'}`,
    unpriced: (what: string) => `No price is known for: ${what}. The total is without them.`,
    unknownNote: (model: string) => `No price is known for ${model}.`,
    stated: (amount: string, differs: boolean) =>
      differs
        ? `The provider states ${amount}, which differs from our amount.`
        : `The provider states ${amount}, too.`,
  },
  loss: {
    title: (tokens: string, cost: string | undefined) =>
      `Cache lost, ${tokens} tokens read again${cost === undefined ? '' : ` for ${cost} more`}:`,
    idle: (time: string) => `${time} passed since the last request`,
    at: (byte: string) => `at byte ${byte}`,
    causes: {
      item: 'an earlier item changed,',
      instructions: 'the instructions changed',
      tools: 'the tools changed,',
      model: 'another model was asked',
      cache_key: 'the cache key changed',
      header: 'a header changed,',
      idle: 'too much time passed',
      compaction: 'the thread was compacted',
      unknown: 'this request starts like the last one, so the reason lies with the provider',
    },
  },
} as const;
