import { describe, expect, it } from 'vitest';
import { parseSearch, SEARCH_NAMES } from '../../../src/log/search/parse-search.ts';

const NOW_MS = Date.parse('2026-06-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const parse = (text: string) => parseSearch(text, NOW_MS);

describe('a search', () => {
  it('takes words and quoted texts, and names as filters, in any order', () => {
    expect(parse('rate model:gpt-5* limit tool:exec_command').filter).toEqual({
      search: 'rate limit',
      model: 'gpt-5*',
      tool: 'exec_command',
    });
    expect(parse('"a  quoted: text" Status:4xx team:"/team/alpha"').filter).toEqual({
      search: '"a  quoted: text"',
      status_code: '4xx',
      user_path: '/team/alpha',
    });
    expect(parse('   ')).toEqual({ filter: {}, span: undefined, measures: [] });
  });

  it.each([
    ['cost>0.1', 'cost', '>', 0.1],
    ['cost>=$2', 'cost', '>=', 2],
    ['cached<50%', 'cached', '<', 0.5],
    ['cached<=50', 'cached', '<=', 0.5],
    ['cached=0', 'cached', '=', 0],
    ['tokens>100k', 'tokens', '>', 100_000],
    ['input>1.5M', 'input', '>', 1_500_000],
    ['time>30', 'time', '>', 30_000],
    ['time<800ms', 'time', '<', 800],
    ['ttfb>2m', 'ttfb', '>', 120_000],
  ] as const)('compares: %s', (text, name, operator, value) => {
    const [measure] = parse(text).measures;
    expect(measure).toMatchObject({ name, operator });
    expect(measure?.value).toBeCloseTo(value, 9);
  });

  it('reads moments as spans before now, and as dates', () => {
    expect(parse('after:2h').span).toEqual({ fromMs: NOW_MS - 2 * HOUR_MS, toMs: Number.POSITIVE_INFINITY });
    expect(parse('after:2h after:1h before:30m').span).toEqual({
      fromMs: NOW_MS - HOUR_MS,
      toMs: NOW_MS - HOUR_MS / 2,
    });
    expect(parse('before:2026-05-01T00:00Z').span?.toMs).toBe(Date.parse('2026-05-01T00:00:00Z'));
  });

  it('leaves alone what only looks like a name: addresses, code, numbers', () => {
    expect(parse('https://example.com/x').filter.search).toBe('https://example.com/x');
    expect(parse('a>b x=1 12:30').filter.search).toBe('a>b x=1 12:30');
  });

  it.each([
    ['colour:red', 'there is no "colour:" to search by'],
    ['"open', 'the quote at character 1 is not closed'],
    ['status:fine', 'status: takes 404, a class such as 4xx, or running'],
    ['model:', 'model: needs a value'],
    ['model:a model:b', 'stands there twice'],
    ['cost>much', 'cost is compared with a number, such as cost>0.10'],
    ['cost:5', 'cost is compared with a number'],
    ['cached<5x', 'cached is compared with a number'],
    ['team:alpha', 'team: takes a user path'],
    ['after:yesterday', 'after: takes a span'],
    ['after:1h before:2h', 'nothing is between them'],
    ['x'.repeat(1_001), 'at most 1000 characters'],
    ['a '.repeat(51), 'at most 50 words'],
  ])('says what is wrong with %s', (text, problem) => {
    expect(() => parse(text)).toThrow(problem);
  });

  it('takes fifty words and a thousand characters', () => {
    expect(parse('a '.repeat(50)).filter.search).toHaveLength(99);
    expect(parse('x'.repeat(1_000)).filter.search).toHaveLength(1_000);
  });

  it('names what it understands, for help', () => {
    for (const name of SEARCH_NAMES) expect(() => parse(`${name}:`)).not.toThrow(`there is no "${name}:"`);
  });
});
