import { GatewayError } from '../../base/errors.ts';
import type { Facts } from '../facts.ts';
import type { Operator } from './split-search.ts';

/** What an exchange can be measured by; each reads what is not known as nothing that compares. */
export type MeasureName = 'cost' | 'cached' | 'tokens' | 'input' | 'output' | 'time' | 'ttfb';

export interface Measure {
  readonly name: MeasureName;
  readonly operator: Operator;
  /** USD, a share from 0 to 1, tokens, or milliseconds. */
  readonly value: number;
}

const refuse = (message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param: 'q' });

const NUMBER = /^(\d{1,15}(?:\.\d{1,10})?|\.\d{1,10})([a-z%]{0,2})$/i;

const UNITS: Readonly<Record<MeasureName, Readonly<Record<string, number>>>> = {
  cost: { '': 1 },
  cached: { '': 1, '%': 0.01 },
  tokens: { '': 1, k: 1_000, m: 1_000_000 },
  input: { '': 1, k: 1_000, m: 1_000_000 },
  output: { '': 1, k: 1_000, m: 1_000_000 },
  time: { '': 1_000, ms: 1, s: 1_000, m: 60_000 },
  ttfb: { '': 1_000, ms: 1, s: 1_000, m: 60_000 },
};

const EXAMPLES: Readonly<Record<MeasureName, string>> = {
  cost: 'cost>0.10 (USD)',
  cached: 'cached<50%',
  tokens: 'tokens>100k',
  input: 'input>100k',
  output: 'output>2k',
  time: 'time>30s',
  ttfb: 'ttfb>800ms',
};

/** @throws GatewayError invalid_request */
export const parseMeasure = (name: MeasureName, operator: Operator, text: string): Measure => {
  const [, digits, unit = ''] = NUMBER.exec(text.replace(/^\$/, '')) ?? [];
  const factor = UNITS[name][unit.toLowerCase()];
  if (digits === undefined || factor === undefined || operator === ':') {
    throw refuse(`${name} is compared with a number, such as ${EXAMPLES[name]}; it was given "${text}".`);
  }
  // A share above 1 is meant in percent.
  const value = Number(digits) * factor;
  return { name, operator, value: name === 'cached' && unit === '' && value > 1 ? value / 100 : value };
};

/** A measure of an exchange; undefined if it is not known. @param costOf in USD */
export const measureOf = (
  name: MeasureName,
  facts: Facts,
  costOf: (facts: Facts) => number | undefined,
): number | undefined => {
  const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
  const { usage } = facts;
  switch (name) {
    case 'cost':
      return costOf(facts);
    case 'time':
      return known(facts.durationMs);
    case 'ttfb':
      return known(facts.ttfbMs);
    case 'tokens':
      return usage?.totalTokens;
    case 'input':
      return usage?.inputTokens;
    case 'output':
      return usage?.outputTokens;
    case 'cached':
      return usage?.inputTokens ? (usage.cachedInputTokens ?? 0) / usage.inputTokens : undefined;
  }
};

const COMPARE: Readonly<Record<Operator, (own: number, value: number) => boolean>> = {
  ':': () => false,
  '=': (own, value) => own === value,
  '<': (own, value) => own < value,
  '<=': (own, value) => own <= value,
  '>': (own, value) => own > value,
  '>=': (own, value) => own >= value,
};

/** Whether all measures hold. What is not known holds in none. */
export const holdsMeasures = (
  measures: readonly Measure[],
  facts: Facts,
  costOf: (facts: Facts) => number | undefined,
): boolean =>
  measures.every(({ name, operator, value }) => {
    const own = measureOf(name, facts, costOf);
    return own !== undefined && COMPARE[operator](own, value);
  });
