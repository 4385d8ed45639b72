import { GatewayError } from '../../base/errors.ts';
import type { Warning } from '../../log/record.ts';
import type { Repetition } from './find-repetition.ts';
import type { Growth } from './watch-growth.ts';

/** Waiting for something looks the same for a while: so often may a call have the same result before it is told. */
export const WARN_REPEATS = 5;
export const STOP_REPEATS = 10;
/** The first request of a conversation has nothing in the cache, and neither has the one after a change of model. */
export const WARN_GROWTH = 3;
export const STOP_GROWTH = 8;

const shownTool = (tool: string): string => tool.slice(0, 100);

export const warnOfRepetition = ({ tool, count }: Repetition): Warning => ({
  code: 'repeated_call',
  message: `${shownTool(tool)} was called ${count} times in a row with the same arguments and the same result`,
  tool: shownTool(tool),
  count,
});

export const warnOfGrowth = ({ count, inputTokens }: Growth): Warning => ({
  code: 'growing_context',
  message: `the context has grown to ${inputTokens.toLocaleString('en-US')} tokens in ${count} requests, and none of it came from the provider's cache`,
  count,
});

/** The refusal of a runaway: said once, since the next words of the user begin a new turn. */
export const runawayError = (warning: Warning): GatewayError =>
  new GatewayError(
    'runaway_stopped',
    `this turn is going in circles: ${warning.message}. A budget stopped it here (stop_runaways). Continue with a different prompt, or start a new session.`,
  );
