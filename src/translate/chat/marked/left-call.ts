import type { AnswerSink } from '../../answer-sink.ts';

/** A call that was found in the text of an answer. */
export interface LeftCall {
  readonly name: string;
  /** Its arguments, an object. */
  readonly json: string;
}

/** What the client's tools are: only their calls are read out of a text. */
export type Declared = Pick<AnswerSink, 'isDeclared' | 'parametersOf'>;

/** The tool that is meant by a name as models write it: `f`, `functions.f`, `functions.f:0`. */
export const declaredName = (written: string, { isDeclared }: Declared): string | undefined => {
  const name = written.trim();
  const bare = name.replace(/^functions?\./, '');
  return [name, bare, bare.replace(/:\d{1,6}$/, '')].find((each) => isDeclared?.(each) === true);
};
