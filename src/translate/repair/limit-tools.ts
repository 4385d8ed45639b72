import type { AskTool, ToolChoice } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

const isChosen = (tool: AskTool, choice: ToolChoice | undefined): boolean =>
  choice?.kind === 'tool' && tool.kind === 'function' && tool.name === choice.name;

export const LIMIT_TOOLS: RepairPass = {
  name: 'limit-tools',
  reason: 'A request with more functions than the provider allows is refused, and so are all after it.',
  apply: (ask, { needs, lose }) => {
    const functions = ask.tools.filter(({ kind }) => kind === 'function');
    if (functions.length <= needs.maxTools) return ask;
    const chosen = functions.find((tool) => isChosen(tool, ask.toolChoice));
    const first = functions.slice(0, needs.maxTools);
    const kept = new Set(
      chosen === undefined || first.includes(chosen) ? first : [...first.slice(0, -1), chosen],
    );
    lose(`tools after the first ${needs.maxTools}`);
    return { ...ask, tools: ask.tools.filter((tool) => tool.kind !== 'function' || kept.has(tool)) };
  },
};
