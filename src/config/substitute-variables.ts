import type { Environment } from './data-dir.ts';

const NAME = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

export type Substituted =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Replaces each `${…}`, and each `$${…}` with its first dollar sign. What is not closed stays as it is, and
 * nothing behind it is looked for: a file of many openings must not be searched to its end for each.
 */
const replaceReferences = (text: string, replace: (reference: string) => string): string => {
  let replaced = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf('${', from);
    const close = open < 0 ? -1 : text.indexOf('}', open);
    if (close < 0) return replaced + text.slice(from);
    const start = open > from && text.charAt(open - 1) === '$' ? open - 1 : open;
    replaced += text.slice(from, start) + replace(text.slice(start, close + 1));
    from = close + 1;
  }
};

/** Puts variables in for `${NAME}` and `${NAME:-default}`. An empty variable counts as absent. */
export const substituteVariables = (text: string, env: Environment): Substituted => {
  const problems: string[] = [];
  const replaced = replaceReferences(text, (reference) => {
    if (reference.startsWith('$$')) return reference.slice(1);
    const inner = reference.slice('${'.length, -1);
    const [, name, fallback] = NAME.exec(inner) ?? [];
    if (name === undefined) {
      problems.push(`${reference} is neither \${NAME} nor \${NAME:-default}`);
      return '';
    }
    const value = env[name] || fallback;
    if (value === undefined) problems.push(`the variable ${name} is not set; \${${name}:-} allows that`);
    return value ?? '';
  });
  const [problem] = problems;
  return problem === undefined ? { kind: 'text', text: replaced } : { kind: 'problem', problem };
};
