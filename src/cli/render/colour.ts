import { Chalk, type ChalkInstance } from 'chalk';

export type { ChalkInstance };

const isTerminal = (stream: object): boolean => 'isTTY' in stream && stream.isTTY === true;

/** 0 none, 1 the sixteen colours of the terminal's own theme: all that is needed, readable on light and dark. */
const levelOf = (stream: object, env: NodeJS.ProcessEnv): 0 | 1 => {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 0 : 1;
  if (env.NO_COLOR) return 0;
  return isTerminal(stream) && env.TERM !== 'dumb' ? 1 : 0;
};

/**
 * The colours that may be written to a stream. `FORCE_COLOR` wins over `NO_COLOR`, as in Node itself;
 * without either, a terminal gets colours and everything else gets plain text.
 * @see https://no-color.org and https://force-color.org
 */
export const createColour = (stream: object, env: NodeJS.ProcessEnv): ChalkInstance =>
  new Chalk({ level: levelOf(stream, env) });
