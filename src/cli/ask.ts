import { createInterface } from 'node:readline/promises';
import { GatewayError } from '../base/errors.ts';
import type { CommandContext } from './context.ts';
import { behindDoor, harmlessOutput } from './output-door.ts';

/** True where a person sits at both ends, and can be asked. */
export const canAsk = ({ stdin, stderr }: CommandContext): boolean =>
  stdin.isTTY === true && stderr.isTTY === true;

/**
 * Asks on stderr; Enter alone means yes.
 * @throws GatewayError interrupted where the answer is Ctrl-C or the end of the input
 */
export const ask = async (question: string, { stdin, stderr }: CommandContext): Promise<boolean> => {
  const terminal = createInterface({ input: stdin, output: behindDoor(stderr) });
  const ended = new AbortController();
  terminal.once('SIGINT', () => ended.abort());
  terminal.once('close', () => ended.abort());
  try {
    const answer = await terminal.question(harmlessOutput(`${question} [Y/n] `), { signal: ended.signal });
    return /^(y|yes|)$/i.test(answer.trim());
  } catch (cause) {
    if (!ended.signal.aborted) throw cause;
    throw new GatewayError('interrupted', 'Nothing was written.', { cause });
  } finally {
    terminal.close();
  }
};
