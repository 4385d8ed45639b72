/** Bodies as Codex sends them, cut down to what makes each kind different. */

const developer = {
  type: 'message',
  id: 'msg_1',
  role: 'developer',
  content: [{ type: 'input_text', text: 'You are Codex, a coding agent.' }],
};
const environment = {
  type: 'message',
  role: 'user',
  content: [
    {
      type: 'input_text',
      text: '<environment_context>\n  <cwd>/home/ada/tracker</cwd>\n</environment_context>',
    },
  ],
};
const prompt = {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: 'Make the tests pass.' }],
};
const reasoning = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: '**Looking at the folder**' }],
  content: null,
  encrypted_content: 'gAAAAABo',
};
const command = {
  type: 'function_call',
  status: 'completed',
  id: 'fc_1',
  name: 'exec_command',
  arguments: '{"cmd":"npm test"}',
  call_id: 'call_1',
};
const commandOutput = {
  type: 'function_call_output',
  call_id: 'call_1',
  output: 'Chunk ID: 9e2828\nWall time: 0.0000 seconds\nProcess exited with code 1\nOutput:\n1 failed\n',
};

export const PATCH = [
  '*** Begin Patch',
  '*** Update File: sum.py',
  '@@',
  '-    return a - b',
  '+    return a + b',
  '*** End Patch',
].join('\n');

const patchCall = {
  type: 'custom_tool_call',
  status: 'completed',
  id: 'ctc_1',
  call_id: 'call_2',
  name: 'apply_patch',
  input: `${PATCH}\n`,
};
const patchOutput = {
  type: 'custom_tool_call_output',
  call_id: 'call_2',
  output: 'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM sum.py\n',
};

const tools = [
  { type: 'function', name: 'exec_command', parameters: {} },
  { type: 'custom', name: 'apply_patch', format: { type: 'grammar' } },
  { type: 'namespace', name: 'multi_agent_v1', tools: [{ type: 'function', name: 'spawn_agent' }] },
  { type: 'tool_search', execution: 'client' },
  { type: 'web_search' },
];

/** 0.169.0 with gpt-5.5, third request of a turn: only the patch's output is new. */
export const secondCallAnswered = {
  model: 'gpt-5.5',
  stream: true,
  input: [developer, environment, prompt, reasoning, command, commandOutput, patchCall, patchOutput],
  tools,
};

/** The first request of a session. */
export const firstRequest = { ...secondCallAnswered, input: [developer, environment, prompt] };

/** "Responses lite" models: the tools are an item of the input. */
export const liteRequest = {
  model: 'gpt-6-astra',
  stream: true,
  input: [
    {
      type: 'additional_tools',
      role: 'developer',
      tools: [
        {
          type: 'namespace',
          name: 'functions',
          tools: [
            { type: 'custom', name: 'exec' },
            { type: 'function', name: 'wait' },
          ],
        },
      ],
    },
    developer,
    prompt,
  ],
};

/** 0.113.0: instructions of their own, no ids on items. */
export const oldRequest = {
  model: 'gpt-5.1-codex',
  instructions: 'You are a coding agent.',
  input: [prompt, command, commandOutput],
  tools,
  stream: true,
};
