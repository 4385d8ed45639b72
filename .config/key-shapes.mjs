// Writes src/base/secrets/key-shapes.ts: what API keys look like, taken from the rules of secretlint (MIT licence) and a
// few of the gateway's own. Run it after an update of secretlint: `node .config/key-shapes.mjs`.
//
// The rules are not used as they are: they are strict about a key's length, so that a linter raises no false
// alarm, and some take superlinear time. A log is better off without a text that only looks like a key. So of
// each rule only the prefix and the alphabet are taken, and a shorter key counts too.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** Rules that are no prefix with a run behind it. `secret-shapes.ts` has patterns of its own for these. */
const OTHERWISE = new Set([
  'aws',
  'privatekey',
  'basicauth',
  'database-connection-string',
  'filter-comments',
]);
/** No text of so many characters behind a key's prefix is anything else. */
const MIN_LENGTH = 16;

/** Keys of providers that secretlint has no rule for, or only a strict one: prefix, alphabet, shortest length. */
const OWN = [
  ['AIza', '[A-Za-z0-9_-]', 16], // Google
  ['AQ.', '[A-Za-z0-9_-]', 30], // Google, since 2025
  ['ya29.', '[A-Za-z0-9_-]', 16], // Google OAuth
  ['GOCSPX-', '[A-Za-z0-9_-]', 16],
  ['xai-', '[A-Za-z0-9]', 16],
  ['nvapi-', '[A-Za-z0-9_-]', 16],
  ['pplx-', '[A-Za-z0-9]', 16],
  ['csk-', '[A-Za-z0-9]', 16], // Cerebras
  ['fw_', '[A-Za-z0-9]', 16], // Fireworks
  ['r8_', '[A-Za-z0-9]', 16], // Replicate
  ['tgp_v1_', '[A-Za-z0-9_-]', 16], // Together
  ['sk_live_', '[A-Za-z0-9]', 10], // Stripe
  ['sk_test_', '[A-Za-z0-9]', 10],
  ['rk_live_', '[A-Za-z0-9]', 10],
  ['AKIA', '[A-Z0-9]', 12], // AWS
  ['ASIA', '[A-Z0-9]', 12],
  ['ABIA', '[A-Z0-9]', 12],
  ['ACCA', '[A-Z0-9]', 12],
  ['hf_', '[A-Za-z0-9]', 16],
  ['gsk_', '[A-Za-z0-9]', 16],
  ['xoxs-', '[A-Za-z0-9-]', 10],
  ['xoxe-', '[A-Za-z0-9-]', 10],
  ['xoxe.', '[A-Za-z0-9-]', 10],
];

/** The patterns that each rule applies to a text: caught where they are applied, since no rule exports them. */
const patternsOf = () => {
  const found = [];
  const matchAll = String.prototype.matchAll;
  let rule = '';
  String.prototype.matchAll = function (pattern) {
    if (pattern instanceof RegExp) found.push({ rule, source: pattern.source });
    return matchAll.call(this, pattern);
  };
  const context = {
    createTranslator: () => () => '',
    report: () => undefined,
    ignore: () => undefined,
    sharedOptions: {},
    registerRule: (made) => {
      rule = made.meta.id.replace('@secretlint/secretlint-rule-', '');
      const { file } = made.create(context, { allows: [] });
      // A key of AWS, so that the rules look further than their own quick test.
      file?.({ content: 'AKIA sk-', filePath: '/x.txt', ext: '.txt', contentType: 'text' });
    },
  };
  creator.create(context, {});
  String.prototype.matchAll = matchAll;
  return found;
};

/** `(ghp|gho)_[A-Za-z0-9_]{36}` → the prefixes `ghp_` and `gho_`, the alphabet, 36. */
const expand = (source) => {
  let rest = source.replace(/^\(\?<!\\p\{L\}\)|^\\b/, '');
  let prefixes = [''];
  for (;;) {
    const group = /^\((?:\?:|\?<\w+>)?([\w|-]+)\)/.exec(rest);
    const literal = /^(?:\\([.\-/])|([\w:/-]))/.exec(rest);
    if (group) prefixes = prefixes.flatMap((prefix) => group[1].split('|').map((word) => prefix + word));
    else if (literal) prefixes = prefixes.map((prefix) => prefix + (literal[1] ?? literal[2]));
    else if (/^\([a-z]/.test(rest)) rest = `_${rest}`;
    else break;
    rest = rest.slice((group ?? literal ?? '_').at(0).length);
    if (!group && !literal) rest = rest.replace(/^\(/, '');
  }
  const run = /^(\\w|\[[^\]]+\])\{(\d+)/.exec(rest);
  const alphabet = run?.[1] === '\\w' ? '[\\w-]' : (run?.[1] ?? '[A-Za-z0-9-]');
  return prefixes.map((prefix) => [prefix, alphabet, Math.min(Number(run?.[2] ?? 10), MIN_LENGTH)]);
};

const shapes = new Map();
for (const { rule, source } of patternsOf()) {
  // Of OpenAI's and Anthropic's keys `sk-` is enough, which `secret-shapes.ts` has.
  if (OTHERWISE.has(rule) || source.includes('sk-') || source.includes('hooks')) continue;
  for (const [prefix, alphabet, length] of expand(source)) {
    shapes.set(prefix, [alphabet, length <= 1 ? MIN_LENGTH : length]);
  }
}
for (const [prefix, alphabet, length] of OWN) shapes.set(prefix, [alphabet, length]);

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
/** By what follows the prefix, so that the pattern stays short. */
const groups = Map.groupBy
  ? Map.groupBy(shapes, ([, [alphabet, length]]) => `${alphabet.replaceAll('\\+', '+')}{${length},}`)
  : undefined;
if (!groups) throw new Error('Run this with Node 21 or later.');
const alternatives = [...groups]
  .map(
    ([run, members]) =>
      `(?:${members
        .map(([prefix]) => escaped(prefix))
        .sort()
        .join('|')})${run.replace('[A-Za-z0-9+/]', '[A-Za-z0-9+\\/]').replace('+/=]', '+\\/=]')}`,
  )
  .sort();

writeFileSync(
  join(import.meta.dirname, '../src/base/secrets/key-shapes.ts'),
  `/*!
 * Generated by .config/key-shapes.mjs from the rules of secretlint, which are under the MIT licence,
 * Copyright (c) 2020 azu: https://github.com/secretlint/secretlint/blob/master/LICENSE
 */

/**
 * Keys that begin with a prefix of their issuer's. Each alternative is a prefix and a run, so a match that
 * fails has looked at a bounded number of characters: linear in the length of a text.
 */
export const ISSUED_KEY =
  // biome-ignore format: one alternative a line would be no easier to read
  /(?:(?<![A-Za-z0-9])|(?<=\\\\[nrtbf]|%[0-9A-Fa-f]{2}))(?:${alternatives.join('|')})[\\w-]*/g;
`,
);
