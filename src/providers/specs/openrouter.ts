import { isObject } from '../../base/json-object.ts';
import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, modalitiesOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

/** @see https://openrouter.ai/docs/models */
export const openrouterSpec: ProviderSpec = {
  id: 'openrouter',
  title: 'OpenRouter',
  prefix: 'OPENROUTER',
  baseUrl: 'https://openrouter.ai/api/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat', 'messages'],
  dialect: 'chat',
  chat: {
    // The templates of some models behind it take one instruction, at the beginning.
    order: 'alternating',
    // Signatures of the models behind it are in there: they come back as they went.
    thoughts: 'reasoning_details',
    files: true,
    strictTools: true,
    verbosity: true,
    userMember: 'user',
    efforts: () => ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    extraMembers: (effort) => (effort === undefined ? {} : { reasoning: { effort } }),
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ context_length, top_provider, architecture }) =>
      factsOf({
        contextWindow: tokensOf(context_length),
        maxOutputTokens: isObject(top_provider) ? tokensOf(top_provider.max_completion_tokens) : undefined,
        inputModalities: isObject(architecture) ? modalitiesOf(architecture.input_modalities) : undefined,
      }),
    ),
  },
  slashedNames: true,
  quirks: [
    'Thoughts come with what the model behind it wants back, such as signatures: they travel sealed in encrypted_content.',
    'Its models are named owner/model. `openai/gpt-5` goes to OpenAI where that is configured too; `openrouter/openai/gpt-5` always comes here.',
    "Its Responses API refuses Codex's custom and namespace tools (openai/codex#18307): they are translated to chat.",
  ],
};
