import { GatewayError } from '../../base/errors.ts';

/** Events of an answer that hold no token: that it began, that an item did, that both are done. */
const FRAME_EVENTS = 12;

/** Whether an answer has more output than a budget's ceiling leaves: but for those events, each is a token or more. */
export const passesCeiling = (events: number, maxOutputTokens: number): boolean =>
  events - FRAME_EVENTS > maxOutputTokens;

export const overCeiling = (): GatewayError =>
  new GatewayError(
    'budget_exceeded',
    'this answer was ended, since it has passed the ceiling of a budget. Whoever runs the gateway can raise it with `gomodel-ts budgets set`.',
  );

/** How a failure is called within a stream: Codex shows the message of this one code, and asks no second time. */
export const codeInStream = (code: string): string => (code === 'budget_exceeded' ? 'invalid_prompt' : code);
