import { BEARER, type Modality, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** From `kimi-k2.5` on; the older ones read text alone. */
const SEES = /kimi-(?:k2\.[5-9]|k[3-9])|vision/;
const KIMI = /^kimi-/;
const TAKES_EFFORT = /^kimi-k[3-9]/;
/** The others always think. */
const MAY_NOT_THINK = /^kimi-k2\.[56]/;

/** @see https://platform.moonshot.ai/docs/api/chat */
export const moonshotSpec: ProviderSpec = {
  id: 'moonshot',
  title: 'Moonshot AI',
  prefix: 'MOONSHOT',
  baseUrl: 'https://api.moonshot.ai/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    maxTokensMember: 'max_completion_tokens',
    // "thinking is enabled but reasoning_content is missing in assistant tool call message"
    thoughts: 'reasoning_content',
    leftCalls: true,
    images: (model) => SEES.test(model),
    // It accepts uploads and bytes and fetches no URLs.
    remoteImages: false,
    toolChoice: false,
    parallelToolCalls: false,
    jsonSchema: false,
    sampling: (model) => !KIMI.test(model),
    efforts: (model) => {
      if (TAKES_EFFORT.test(model)) return ['low', 'high', 'max'];
      return MAY_NOT_THINK.test(model) ? ['none', 'high'] : [];
    },
    extraMembers: (effort, model) => {
      if (effort === 'none') return { thinking: { type: 'disabled' } };
      return effort !== undefined && TAKES_EFFORT.test(model) ? { reasoning_effort: effort } : {};
    },
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ context_length, supports_image_in }) => {
      const modalities: readonly Modality[] = supports_image_in === true ? ['text', 'image'] : ['text'];
      return factsOf({
        contextWindow: tokensOf(context_length),
        inputModalities: typeof supports_image_in === 'boolean' ? modalities : undefined,
      });
    }),
  },
  quirks: [
    'A thinking model wants the reasoning_content of its tool calls back: it travels sealed in encrypted_content.',
    'Temperature and top_p of the Kimi models are fixed, and refused where they are sent.',
    'In China the address is another one: MOONSHOT_BASE_URL=https://api.moonshot.cn/v1.',
  ],
};
