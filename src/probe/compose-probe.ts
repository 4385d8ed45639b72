/**
 * The fields of a small model request that has what Codex's requests have: input items and a tool. It costs
 * about a hundred tokens in and few out: 16 are the least that the API takes as a limit.
 */
export const composeProbe = (model: string) => ({
  model,
  input: [
    {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'Reply with exactly ok and no punctuation.' }],
    },
  ],
  tools: [
    {
      type: 'function',
      name: 'exec_command',
      description: 'Runs a command. Not needed here.',
      strict: false,
      parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
    },
  ],
  tool_choice: 'auto',
  store: false,
  max_output_tokens: 16,
});
