/** GoModel's types of providers that have another name here, or none. */
export interface KnownType {
  /** One of ours; undefined if there is none. */
  readonly type: string | undefined;
  readonly baseUrl?: string;
  /** Where there is none: what to do. */
  readonly text?: string;
}

const service = (baseUrl: string): KnownType => ({ type: 'compatible', baseUrl });
const none = (text: string): KnownType => ({ type: undefined, text });

export const GOMODEL_TYPES: Readonly<Record<string, KnownType>> = {
  bailian: { type: 'alibaba', baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1' },
  'bedrock-mantle': { type: 'bedrock' },
  chatgpt: none(
    'ChatGPT sign-ins need no key here: they are sent on as they are (CHATGPT_LOGIN=passthrough)',
  ),
  chutes: service('https://llm.chutes.ai/v1'),
  edenai: service('https://api.edenai.run/v3'),
  elevenlabs: none('speech alone is not offered here'),
  audiocpp: none('speech alone is not offered here'),
  jev: none('its API is not one that is spoken here'),
  cohere: service('https://api.cohere.ai/compatibility/v1'),
  kilo: service('https://api.kilo.ai/api/gateway'),
  kimicode: service('https://api.kimi.com/coding/v1'),
  llmd: { type: 'compatible' },
  meta: service('https://api.meta.ai/v1'),
  opencode_go: service('https://opencode.ai/zen/go/v1'),
  xiaomi: service('https://api.xiaomimimo.com/v1'),
};

/** How their variables begin, where that is not the type in capitals. */
export const GOMODEL_PREFIXES: readonly string[] = Object.keys(GOMODEL_TYPES).map((type) =>
  type.toUpperCase().replaceAll('-', '_'),
);
