import { expect, it } from 'vitest';
import { createToolNames } from '../../../src/translate/responses/tool-names.ts';

const names = createToolNames();
for (const name of ['exec_command', 'apply_patch', 'functions', 'exec:1'])
  names.wireOf({ kind: 'function', name });
names.wireOf({ kind: 'function', name: 'search', namespace: 'mcp__docs' });

it.each([
  ['exec_command<|channel|>commentary', 'exec_command'],
  ['exec_command<|constrain|>json', 'exec_command'],
  ['exec_command<|channel|>commentary <|constrain|>json', 'exec_command'],
  ['exec_command <|message|>', 'exec_command'],
  ['functions.exec_command', 'exec_command'],
  ['functions.exec_command:0', 'exec_command'],
  ['functions.exec_command:12<|tool_call_argument_begin|>', 'exec_command'],
  ['exec_command:0', 'exec_command'],
  ['functions:exec_command', 'exec_command'],
  ['<|channel|>commentary to=functions.exec_command <|constrain|>json', 'exec_command'],
  ['assistant<|channel|>commentary to=functions.exec_command', 'exec_command'],
  ['functions.mcp__docs__search<|channel|>commentary', 'search'],
  ['mcp__docs.search', 'search'],
  ['functions', 'functions'],
  ['exec:1', 'exec:1'],
])('K10: %s means the tool %s', (written, tool) => {
  expect(names.toolOf(written)).toMatchObject({ name: tool });
});

it.each(['unknown<|channel|>commentary', 'functions.unknown', '<|channel|>', ''])(
  'K10: %j stays as it is, since no tool is left of it',
  (written) => {
    expect(names.toolOf(written)).toEqual({ kind: 'function', name: written });
  },
);
