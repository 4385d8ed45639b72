/** What the upstream answers to everything: a small whole response. */
export const ANSWER = JSON.stringify({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'bench-model',
  output: [],
  usage: { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
});
