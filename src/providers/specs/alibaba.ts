import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** https://www.alibabacloud.com/help/en/model-studio/vision */
const SEES = /vl|omni|qvq|ocr|qwen3\.[5-9]/;
/** Models that reason by default or on request. */
const THINKS = /qwen3|qwen-(?:plus|turbo|flash)|qwq/;

/** @see https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions */
export const alibabaSpec: ProviderSpec = {
  id: 'alibaba',
  title: 'Alibaba Cloud Model Studio',
  prefix: 'DASHSCOPE',
  baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    thoughts: 'same',
    leftCalls: true,
    images: (model) => SEES.test(model),
    jsonSchema: false,
    formatBesideTools: false,
    toolChoice: false,
    // "parameter.enable_thinking must be set to false for non-streaming calls"
    streamsOnly: (model) => THINKS.test(model),
    efforts: (model) => (THINKS.test(model) ? ['none', 'high'] : []),
    extraMembers: (effort) => (effort === undefined ? {} : { enable_thinking: effort !== 'none' }),
  },
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'It can be told whether to think, and not how much.',
    'The address depends on the region: DASHSCOPE_BASE_URL=https://dashscope.aliyuncs.com/compatible-mode/v1 in China.',
  ],
};
