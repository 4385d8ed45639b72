import type { Environment } from '../data-dir.ts';

const NAME = /^[A-Za-z_]\w*$/;
const FALLBACK = ':-';

/** What all references of a file may come to together, in characters: one variable may be named many times. */
const MAX_LENGTH = 2 ** 20;

export type Substituted =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** @returns a value, or the problem; an empty variable counts as absent */
const resolve = (inner: string, env: Environment, where: string): Substituted => {
  const at = inner.indexOf(FALLBACK);
  const name = at < 0 ? inner : inner.slice(0, at);
  if (!NAME.test(name)) {
    return {
      kind: 'problem',
      problem: `\${${inner.slice(0, 40)}} is neither \${NAME} nor \${NAME:-default}`,
    };
  }
  const value = env[name] || (at < 0 ? undefined : inner.slice(at + FALLBACK.length));
  if (value !== undefined) return { kind: 'text', text: value };
  return { kind: 'problem', problem: `the variable ${name} is not set${where}; \${${name}:-} allows that` };
};

/**
 * Puts variables in for `${NAME}` and `${NAME:-default}` in the texts of one file; `$${` is a plain `${`.
 * Goes over each text once, from left to right.
 * @param where follows "the variable X is not set"
 */
export const createSubstitution = (env: Environment, where = ''): ((text: string) => Substituted) => {
  let length = 0;
  return (text) => {
    let result = '';
    let rest = 0;
    for (;;) {
      const start = text.indexOf('${', rest);
      const end = start < 0 ? -1 : text.indexOf('}', start);
      if (end < 0) return { kind: 'text', text: result + text.slice(rest) };
      if (text[start - 1] === '$' && start > rest) {
        result += `${text.slice(rest, start - 1)}${text.slice(start, end + 1)}`;
      } else {
        const found = resolve(text.slice(start + 2, end), env, where);
        if (found.kind === 'problem') return found;
        length += found.text.length;
        if (length > MAX_LENGTH) return { kind: 'problem', problem: 'its variables come to more than 1 MB' };
        result += text.slice(rest, start) + found.text;
      }
      rest = end + 1;
    }
  };
};
