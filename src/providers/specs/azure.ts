import { trimTrailing } from '../../base/trim-text.ts';
import { OPENAI_CHAT } from '../openai-chat.ts';
import type { ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

const readList = readOpenAiList();

/** The dated API names the deployment in the path of these; all others name it in the body. */
const BY_DEPLOYMENT = /^\/(?:chat\/completions|completions|embeddings|audio\/|images\/)/;

/** The path above the first `/openai`, with which the resource's own begins. */
const rootOf = (pathname: string): string => {
  const at = `${pathname}/`.indexOf('/openai/');
  return at < 0 ? pathname : pathname.slice(0, at);
};

const withVersion = (path: string, apiVersion: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}api-version=${encodeURIComponent(apiVersion)}`;

/** @see https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle */
export const azureSpec: ProviderSpec = {
  id: 'azure',
  title: 'Azure OpenAI',
  prefix: 'AZURE',
  credential: { header: 'api-key', scheme: '' },
  keyless: false,
  native: ['responses', 'chat'],
  realtime: true,
  refusesForeignThoughts: true,
  dialect: 'chat',
  messagesDialect: 'responses',
  chat: OPENAI_CHAT,
  modelList: {
    path: '/v1/models',
    // Not what can be asked for, so nothing of it counts.
    read: (answer) => readList(answer) && [],
  },
  normalizeBaseUrl: (given) => {
    const root = rootOf(trimTrailing(given.pathname, '/'));
    const [, deployment] = /\/deployments\/([^/]+)/.exec(given.pathname) ?? [];
    const baseUrl = new URL(given);
    baseUrl.pathname = `${root}/openai`;
    return { baseUrl, ...(deployment && { models: [decodeURIComponent(deployment)] }) };
  },
  toPath: (path, model, apiVersion) => {
    if (apiVersion === undefined) return `/v1${path}`;
    // Over WebSocket the dated API expects the deployment as a parameter.
    if (model !== undefined && path.startsWith('/realtime?'))
      return withVersion(path.replace(/([?&])model=/, '$1deployment='), apiVersion);
    const isByDeployment = model !== undefined && BY_DEPLOYMENT.test(path);
    return withVersion(
      isByDeployment ? `/deployments/${encodeURIComponent(model)}${path}` : path,
      apiVersion,
    );
  },
  quirks: [
    'It refuses for good what another provider has encrypted, such as thoughts in the history of a session that changed to it: those are left out, and the record lists both attempts.',
    'A model is named by its deployment. The list that Azure gives has the models that could be deployed, so AZURE_MODELS says which are.',
    'AZURE_BASE_URL is the resource, with or without /openai/v1 or /openai/deployments/NAME. Without AZURE_API_VERSION the undated v1 API is asked, else the dated one.',
  ],
};
