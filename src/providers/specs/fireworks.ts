import { BEARER, type Modality, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** @see https://docs.fireworks.ai/api-reference/post-chatcompletions */
export const fireworksSpec: ProviderSpec = {
  id: 'fireworks',
  title: 'Fireworks AI',
  prefix: 'FIREWORKS',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  chat: {
    order: 'alternating',
    thoughts: 'same',
    thinkTags: true,
    formatBesideTools: false,
    userMember: 'user',
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ context_length, supports_image_input, supports_chat }) => {
      if (supports_chat === false) return undefined;
      const modalities: readonly Modality[] = supports_image_input === true ? ['text', 'image'] : ['text'];
      return factsOf({
        contextWindow: tokensOf(context_length),
        inputModalities: typeof supports_image_input === 'boolean' ? modalities : undefined,
      });
    }),
  },
  slashedNames: true,
  quirks: ['Its models are named accounts/fireworks/models/NAME.'],
};
