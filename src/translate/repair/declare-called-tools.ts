import type { AskTool } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

/** What is known of a tool of which only calls are left. */
const declarationOf = (name: string): AskTool => ({
  kind: 'function',
  name,
  description: 'Was called earlier in this conversation, and cannot be called now.',
  parameters: { type: 'object', properties: {} },
});

/**
 * A request for a summary or for a title has no tools, and its history is full of calls.
 * @see https://github.com/anomalyco/opencode/issues/34089
 */
export const DECLARE_CALLED_TOOLS: RepairPass = {
  name: 'declare-called-tools',
  reason:
    'Some providers refuse a history with calls where the request declares no tools, and some models write their next call as text.',
  apply: (ask, { needs }) => {
    const isPair = ask.format !== undefined && !needs.formatBesideTools;
    if (!needs.calledTools || isPair || ask.tools.some(({ kind }) => kind === 'function')) return ask;
    const called = new Set(ask.items.flatMap((item) => (item.kind === 'call' ? [item.name] : [])));
    if (called.size === 0) return ask;
    return { ...ask, tools: [...ask.tools, ...[...called].map(declarationOf)], toolChoice: { kind: 'none' } };
  },
};
