import { parseDuration } from '../parse-duration.ts';
import { parseBaseUrl, parseSwitch, parseText } from './parse-values.ts';
import { type Parse, setting } from './setting.ts';

export type ChatgptLogin = 'passthrough' | 'replace' | 'off';

const parseChatgptLogin: Parse<ChatgptLogin> = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'passthrough' || word === 'replace' || word === 'off' ? word : undefined;
};

/** Which providers and models requests go to. */
export const MODEL_SETTINGS = {
  defaultProvider: setting({
    variable: 'GOMODEL_DEFAULT_PROVIDER',
    path: ['default_provider'],
    takes: 'the name of a provider',
    summary: 'the provider of models that no prefix, alias or list sends elsewhere',
    parse: parseText,
  }),
  modelLists: setting({
    variable: 'MODEL_LISTS',
    path: ['server', 'model_lists'],
    takes: 'true or false',
    summary: 'whether providers are asked which models they have, once an hour',
    parse: parseSwitch,
    fallback: 'true',
  }),
  keepsOnlyAliases: setting({
    variable: 'KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT',
    path: ['server', 'keep_only_aliases'],
    takes: 'true or false',
    summary: 'whether the list of models has aliases alone; other models are served all the same',
    parse: parseSwitch,
    fallback: 'false',
  }),
  promptCaching: setting({
    variable: 'PROMPT_CACHING',
    path: ['prompt_caching'],
    takes: 'true or false',
    summary: 'whether translated requests ask the provider to cache the prompt, where it wants to be asked',
    parse: parseSwitch,
    fallback: 'true',
  }),
  streamStallTimeout: setting({
    variable: 'STREAM_STALL_TIMEOUT',
    path: ['server', 'stream_stall_timeout'],
    takes: 'a duration such as 90s or 10m, or 0 for none',
    summary: 'after so long without a byte from the provider, a stream is ended; 0: never',
    parse: (text: string) => (text.trim() === '0' ? 0 : parseDuration(text.trim())),
    fallback: '0',
  }),
  chatgptLogin: setting({
    variable: 'CHATGPT_LOGIN',
    path: ['chatgpt', 'login'],
    takes: 'passthrough, replace or off',
    summary: "what becomes of a ChatGPT sign-in: sent on, replaced by the gateway's key, or refused",
    parse: parseChatgptLogin,
  }),
  chatgptBaseUrl: setting({
    variable: 'CHATGPT_BASE_URL',
    path: ['chatgpt', 'base_url'],
    takes: 'an http(s) URL without query',
    summary: 'where ChatGPT sign-ins are sent on to',
    parse: parseBaseUrl,
    fallback: 'https://chatgpt.com/backend-api/codex',
  }),
} as const;
