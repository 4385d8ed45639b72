import { BEARER, type ProviderSpec } from '../provider-spec.ts';
import { readOpenAiList } from '../read-openai-list.ts';

/** @see https://docs.oracle.com/en-us/iaas/Content/generative-ai/oci-openai.htm */
export const oracleSpec: ProviderSpec = {
  id: 'oracle',
  title: 'Oracle Cloud',
  prefix: 'ORACLE',
  credential: BEARER,
  keyless: false,
  native: ['chat'],
  dialect: 'chat',
  // Models of several makers behind their templates.
  chat: { order: 'alternating', formatBesideTools: false },
  modelList: { path: '/models', read: readOpenAiList() },
  quirks: [
    'Its address depends on the region, such as https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/20231130/actions/v1.',
    'Not every region lists its models: ORACLE_MODELS names them.',
  ],
};
