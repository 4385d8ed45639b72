import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { factsOf, readOpenAiList, tokensOf } from '../read-openai-list.ts';

// Some of these reason but reject an effort.
const WITHOUT_EFFORT = /non-reasoning|^grok-(?:build|code|2|3(?!-mini)|4(?:-|$)|4\.20-(?!multi-agent))/;

/** @see https://docs.x.ai/docs/api-reference */
export const xaiSpec: ProviderSpec = {
  id: 'xai',
  title: 'xAI',
  prefix: 'XAI',
  baseUrl: 'https://api.x.ai/v1',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  realtime: true,
  dialect: 'chat',
  chat: {
    userMember: 'user',
    efforts: (model) => (WITHOUT_EFFORT.test(model) ? [] : ['low', 'medium', 'high']),
  },
  modelList: {
    path: '/models',
    read: readOpenAiList(({ context_length }) =>
      factsOf({
        contextWindow: tokensOf(context_length),
      }),
    ),
  },
  quirks: [
    'Only some of its models can be told how much to think: the others are not.',
    "Its Responses API refuses Codex's namespace tools (CLIProxyAPI#5257): they are translated to chat.",
  ],
};
