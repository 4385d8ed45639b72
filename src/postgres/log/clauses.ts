/** Gives the place of a value in a statement, such as `$3`. */
export type Bind = (value: unknown) => string;

/** A condition, written where a statement has its place for it. */
export type Clause = (bind: Bind) => string;

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Writes a statement, and collects its values. */
export const write = (text: (bind: Bind) => string): Statement => {
  const values: unknown[] = [];
  const bind: Bind = (value) => {
    values.push(value);
    return `$${values.length}`;
  };
  return { text: text(bind), values };
};

/** All of some conditions. */
export const allOf = (clauses: readonly Clause[], bind: Bind): string =>
  clauses.length === 0 ? 'true' : clauses.map((clause) => clause(bind)).join(' AND ');
