import { BEARER, type ProviderSpec } from '../provider-spec.ts';

const PROJECT = /^[a-z0-9](?:[a-z0-9:.-]{0,60}[a-z0-9])?$/;
const LOCATION = /^[a-z0-9-]{2,40}$/;

/** Gemini's own API names a model without its publisher, the OpenAI-compatible one with it. */
const GOOGLE = /^\/models\/(?:google(?:\/|%2F))?/i;

/** @see https://cloud.google.com/vertex-ai/generative-ai/docs/start/openai */
export const vertexSpec: ProviderSpec = {
  id: 'vertex',
  title: 'Google Vertex AI',
  prefix: 'VERTEX',
  credential: BEARER,
  keyless: false,
  ambient: 'google',
  native: ['chat'],
  dialect: 'gemini',
  // It has none there: the answer only shows that somebody is.
  modelList: { path: '/endpoints/openapi/models', read: () => undefined },
  slashedNames: true,
  composeBaseUrl: (variable) => {
    const project = variable('GOOGLE_CLOUD_PROJECT') ?? '';
    const location = variable('GOOGLE_CLOUD_LOCATION') ?? 'global';
    if (!PROJECT.test(project) || !LOCATION.test(location)) return undefined;
    const host =
      location === 'global' ? 'aiplatform.googleapis.com' : `${location}-aiplatform.googleapis.com`;
    return new URL(`https://${host}/v1/projects/${project}/locations/${location}`);
  },
  normalizeBaseUrl: (given) => {
    const baseUrl = new URL(given);
    baseUrl.pathname = baseUrl.pathname.replace(/\/(?:endpoints\/openapi|publishers\/google)$/, '');
    return { baseUrl };
  },
  toPath: (path) =>
    GOOGLE.test(path) ? path.replace(GOOGLE, '/publishers/google/models/') : `/endpoints/openapi${path}`,
  quirks: [
    'Chat completions go to the OpenAI-compatible endpoint of GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION (global where none is set), which names models as google/gemini-2.5-pro.',
    "All else is asked by Gemini's own API beside it, which keeps thought signatures; only Google's models are served there.",
    'Access tokens come from GOOGLE_APPLICATION_CREDENTIALS or from `gcloud auth application-default login`, and are renewed before they expire. A VERTEX_API_KEY is sent as a bearer token.',
    'It lists no models: VERTEX_MODELS names them.',
  ],
};
