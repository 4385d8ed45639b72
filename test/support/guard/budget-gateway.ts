import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeGateway, type GatewayOptions, type RunningGateway } from '../gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { responsesStream } from '../upstream/responses-stream.ts';
import type { Answer } from '../upstream/script.ts';

/** USD for a million tokens: a token of input costs $0.001, one of output $0.01. */
const PRICES = { '*': { input: 1_000, cached_input: 1_000, output: 10_000 } };

/** A data folder in which every model costs so much. */
export const pricedFolder = (): string => {
  const folder = createTemporaryFolder('budgets');
  writeFileSync(join(folder, 'prices.json'), JSON.stringify(PRICES));
  return folder;
};

export const usage = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  cachedTokens: 0,
  outputTokens,
  reasoningTokens: 0,
});

/** An answer of that cost. */
export const answerOf = (inputTokens: number, outputTokens: number, text = 'ok'): Answer => ({
  kind: 'sse',
  events: responsesStream([{ text }], { usage: usage(inputTokens, outputTokens) }),
});

export const composeWithBudgets = (
  upstreamUrl: string,
  env: Readonly<Record<string, string>>,
  options: GatewayOptions = {},
): Promise<RunningGateway> =>
  composeGateway(upstreamUrl, {
    dataDir: pricedFolder(),
    ...options,
    env: { ...env, ...options.env },
  });

export const ask = (
  gateway: Pick<RunningGateway, 'v1'>,
  headers: Readonly<Record<string, string>> = {},
  body: object = {},
  path = '/responses',
): Promise<Response> =>
  fetch(`${gateway.v1}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt-test', stream: true, input: 'hi', max_output_tokens: 1, ...body }),
  });
