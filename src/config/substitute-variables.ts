import type { Environment } from './data-dir.ts';

/** `$${` is a plain `${`. */
const REFERENCE = /\$?\$\{([^}]*)\}/g;
const NAME = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

export type Substituted =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** Puts variables in for `${NAME}` and `${NAME:-default}`. An empty variable counts as absent. */
export const substituteVariables = (text: string, env: Environment): Substituted => {
  const problems: string[] = [];
  const replaced = text.replace(REFERENCE, (reference: string, inner: string) => {
    if (reference.startsWith('$$')) return reference.slice(1);
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
