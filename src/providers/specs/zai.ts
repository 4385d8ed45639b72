import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** Models that reason by default. */
const THINKS = /^glm-(?:4\.[7-9]|[5-9])/;
/** https://docs.z.ai/guides/vlm: `glm-4.6v`, `glm-4.5v`; the others read text alone. */
const SEES = /\dv(?:-|$)|vision/;
const TAKES_EFFORT = /^glm-(?:5\.[2-9]|[6-9])/;

/** @see https://docs.z.ai/api-reference */
export const zaiSpec: ProviderSpec = {
  id: 'zai',
  title: 'Z.ai',
  prefix: 'ZAI',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    thoughts: 'reasoning_content',
    leftCalls: true,
    images: (model) => SEES.test(model),
    includeUsage: false,
    jsonSchema: false,
    parallelToolCalls: false,
    toolChoice: false,
    efforts: (model) => (TAKES_EFFORT.test(model) ? ['low', 'high', 'max'] : []),
    extraMembers: (effort, model) => ({
      // Thoughts of earlier turns stay, as the cache of the prefix needs it.
      ...(THINKS.test(model) && { thinking: { type: 'enabled', clear_thinking: false } }),
      ...(effort !== undefined && { reasoning_effort: effort }),
      // Else the arguments of a call come in one piece at its end, after minutes of silence.
      tool_stream: true,
    }),
  },
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'It takes no schema for an answer and no forced tool: the model is told of the one, and left free in the other.',
    'The GLM Coding Plan has an address of its own: ZAI_BASE_URL=https://api.z.ai/api/coding/paas/v4.',
  ],
};
