import type { Tool, ToolChoice, ToolUnion } from '@anthropic-ai/sdk/resources/messages';
import type { Ask, AskTool } from '../ask.ts';
import { fitsAsIs } from './fit-schema.ts';
import { isClaude, type ModelTraits } from './model-traits.ts';
import type { Lose } from './write-parts.ts';

type FunctionTool = Extract<AskTool, { kind: 'function' }>;

/** The API refuses more strict tools in one request. */
const MAX_STRICT_TOOLS = 20;

const writeFunction = (tool: FunctionTool, isStrict: boolean): Tool => ({
  name: tool.name,
  ...(tool.description === undefined || tool.description === '' ? {} : { description: tool.description }),
  input_schema: { ...tool.parameters, type: 'object' },
  ...(isStrict ? { strict: true } : {}),
});

/** @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools */
export const writeTools = ({ tools, model }: Ask, traits: ModelTraits, lose: Lose): ToolUnion[] => {
  const functions = tools.filter((tool) => tool.kind === 'function');
  const strict = functions.filter((tool) => tool.strict === true);
  const canBeStrict = traits.structuredOutputs && strict.length <= MAX_STRICT_TOOLS;
  const written: ToolUnion[] = functions.map((tool) => {
    const isStrict = tool.strict === true && canBeStrict && fitsAsIs(tool.parameters);
    if (tool.strict === true && !isStrict) lose('strictness of a tool');
    return writeFunction(tool, isStrict);
  });
  if (tools.some((tool) => tool.kind === 'web_search')) {
    // Two tools of a name are refused, and other makers' models have no search behind this API.
    const isTaken = functions.some(({ name }) => name === 'web_search');
    if (isTaken || !isClaude(model)) lose('web_search tool');
    else written.push({ type: 'web_search_20250305', name: 'web_search' });
  }
  return written;
};

export const isForced = ({ toolChoice, tools }: Ask): boolean =>
  tools.length > 0 && (toolChoice?.kind === 'required' || toolChoice?.kind === 'tool');

/** @returns undefined if the API's own default is meant */
export const writeToolChoice = (ask: Ask, traits: ModelTraits, lose: Lose): ToolChoice | undefined => {
  const { toolChoice, tools, parallelToolCalls } = ask;
  if (tools.length === 0) return undefined;
  if (toolChoice?.kind === 'none') return { type: 'none' };
  const parallel = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (isForced(ask) && !traits.forcedTools) lose('tool_choice (this model chooses itself)');
  else if (toolChoice?.kind === 'required') return { type: 'any', ...parallel };
  else if (toolChoice?.kind === 'tool') return { type: 'tool', name: toolChoice.name, ...parallel };
  return parallelToolCalls === false ? { type: 'auto', ...parallel } : undefined;
};
