import { OPENAI_CHAT } from '../openai-chat.ts';
import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

const REGION = /^[a-z]{2}[a-z0-9-]{3,30}$/;
const FIRST_REGION = 'us-east-1';

/** @see https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html */
export const bedrockSpec: ProviderSpec = {
  id: 'bedrock',
  title: 'Amazon Bedrock',
  prefix: 'BEDROCK',
  credential: BEARER,
  keyless: false,
  otherKeyVariable: 'AWS_BEARER_TOKEN_BEDROCK',
  ambient: 'aws',
  native: ['chat'],
  dialect: 'chat',
  // gpt-oss writes its thought into the text there, between tags.
  chat: { ...OPENAI_CHAT, thinkTags: true },
  modelList: { path: '/models', read: readOpenAiList() },
  composeBaseUrl: (variable) => {
    const region = variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? FIRST_REGION;
    return REGION.test(region) ? new URL(`https://bedrock-mantle.${region}.api.aws/v1`) : undefined;
  },
  normalizeBaseUrl: (given) => {
    const baseUrl = new URL(given);
    const isRuntime = baseUrl.hostname.startsWith('bedrock-runtime.');
    if (/^\/(?:v1)?$/.test(baseUrl.pathname)) baseUrl.pathname = isRuntime ? '/openai/v1' : '/v1';
    return { baseUrl };
  },
  quirks: [
    'It is asked at the OpenAI-compatible endpoint of AWS_REGION (us-east-1 where none is set). A BEDROCK_BASE_URL at bedrock-runtime gets its /openai/v1.',
    'Without a key, requests are signed (SigV4) with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, else with the role of the service account (AWS_ROLE_ARN), the container (ECS, EKS Pod Identity) or the machine (IMDSv2). Profiles and SSO: run `aws configure export-credentials --format env` first.',
  ],
};
