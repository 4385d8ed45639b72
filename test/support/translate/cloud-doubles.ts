import { createToolReader } from '../../../src/translate/responses/read-tools.ts';
import { createToolNames, type ToolNames } from '../../../src/translate/responses/tool-names.ts';
import { checkAwsSignature } from '../providers/check-aws-signature.ts';
import type { RecordedRequest } from '../upstream/recorded-request.ts';
import type { Answer } from '../upstream/script.ts';
import { startUpstream } from '../upstream/start-upstream.ts';
import type { DialectDouble, Step } from './dialect-double.ts';

type Steps = readonly [Step, ...Step[]];

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** The environment of a shell that has keys of AWS. */
export const AWS_ENV = {
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE0000000',
  AWS_SECRET_ACCESS_KEY: SECRET,
  AWS_SESSION_TOKEN: 'token==',
  AWS_REGION: 'eu-west-1',
};

/** @returns why the service would not let a request in */
export const refusalOfAws = ({ method, url, headers, body }: RecordedRequest): string | undefined => {
  try {
    const request = { method, url, headers, body, host: headers.host ?? '' };
    const { accessKeyId } = checkAwsSignature(request, SECRET, Date.now());
    if (headers['x-amz-security-token'] !== AWS_ENV.AWS_SESSION_TOKEN) return 'the session token is missing';
    return accessKeyId === AWS_ENV.AWS_ACCESS_KEY_ID ? undefined : `no such key: ${accessKeyId}`;
  } catch (error) {
    return String(error);
  }
};

export const bearerOf =
  (token: string) =>
  ({ headers }: RecordedRequest): string | undefined =>
    headers.authorization === `Bearer ${token}` ? undefined : `not authorized: ${headers.authorization}`;

interface Item {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** The tools that a request brings along, by the flat names that steps call them. */
const namesOf = (request: Record<string, unknown>): ToolNames => {
  const names = createToolNames();
  const reader = createToolReader({ names, lose: () => undefined });
  reader.add(request.tools);
  for (const item of request.input as Item[]) {
    if (item.type === 'additional_tools' || item.type === 'tool_search_output') reader.add(item.tools);
  }
  return names;
};

const callOf = (wireName: string, input: object, callId: string, names: ToolNames): Item => {
  const { kind, ...tool } = names.toolOf(wireName);
  const common = { id: `item_${callId}`, call_id: callId, status: 'completed' };
  if (kind === 'tool_search')
    return { type: 'tool_search_call', execution: 'client', arguments: input, ...common };
  if (kind === 'custom')
    return { type: 'custom_tool_call', ...tool, input: (input as { input: string }).input, ...common };
  return { type: 'function_call', ...tool, arguments: JSON.stringify(input), ...common };
};

/** What the service refuses of a conversation: a call without its output, and the reverse. */
const refusalOfInput = (input: readonly Item[]): string | undefined => {
  const waiting = new Set<unknown>();
  for (const { type, call_id } of input) {
    if (/_call$/.test(type) && call_id !== undefined) waiting.add(call_id);
    if (/_call_output$|^tool_search_output$/.test(type) && !waiting.delete(call_id)) {
      return `No tool call found for function call output with call_id ${String(call_id)}.`;
    }
  }
  return waiting.size === 0
    ? undefined
    : `No tool output found for function call ${[...waiting].join(', ')}.`;
};

/** A double of Azure OpenAI, which speaks Responses itself. */
export const startAzureUpstream = async (steps: Steps): Promise<DialectDouble> => {
  const refusals: string[] = [];
  const answered: RecordedRequest[] = [];
  const refuse = (status: number, message: string): Answer => {
    refusals.push(message);
    return {
      kind: 'json',
      status,
      body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
    };
  };
  const answer = (recorded: RecordedRequest): Answer => {
    if (recorded.url !== '/openai/v1/responses') return refuse(404, `Resource not found: ${recorded.url}`);
    if (recorded.headers['api-key'] !== 'azure-key' || recorded.headers.authorization !== undefined) {
      return refuse(401, 'Access denied due to invalid subscription key.');
    }
    const request = recorded.json();
    const refusal = refusalOfInput(request.input as Item[]);
    if (refusal !== undefined) return refuse(400, refusal);
    const { text, calls = [] } = steps[Math.min(answered.length, steps.length - 1)] ?? steps[0];
    const id = `resp_${answered.length}`;
    answered.push(recorded);
    const names = namesOf(request);
    const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
    const output = [
      ...(text === undefined
        ? []
        : [{ type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed', content }]),
      ...calls.map(({ name, input }, place) => callOf(name, input, `call_${id}_${place}`, names)),
    ];
    const usage = {
      input_tokens: 100,
      output_tokens: 20,
      total_tokens: 120,
      input_tokens_details: { cached_tokens: 40 },
    };
    const response = { id, object: 'response', model: request.model, output: [] };
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress' } },
      ...output.flatMap((item, output_index) => [
        { type: 'response.output_item.added', output_index, item },
        { type: 'response.output_item.done', output_index, item },
      ]),
      { type: 'response.completed', response: { ...response, status: 'completed', output, usage } },
    ];
    return { kind: 'sse', events };
  };
  const { url, close } = await startUpstream(answer);
  return {
    env: {
      AZURE_API_KEY: 'azure-key',
      AZURE_BASE_URL: url.replace(/\/v1$/, ''),
      AZURE_MODELS: 'my-deployment',
    },
    bodies: () => answered.map(({ body }) => body.toString()),
    refusals,
    close,
  };
};
