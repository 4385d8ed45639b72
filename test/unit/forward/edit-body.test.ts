import { expect, it } from 'vitest';
import { type BodyEdits, editBody } from '../../../src/forward/send/edit-body.ts';
import { scanMembers } from '../../../src/json/scan-members.ts';

const NOTHING: BodyEdits = { model: undefined, effort: undefined };

const edit = (text: string, edits: Partial<BodyEdits>, api: 'responses' | 'chat' = 'responses'): string => {
  const bytes = Buffer.from(text);
  return editBody(bytes, scanMembers(bytes), api, { ...NOTHING, ...edits }).toString();
};

it('is the very same buffer where nothing is wanted otherwise', () => {
  const bytes = Buffer.from('{"model":"a"}');
  expect(editBody(bytes, scanMembers(bytes), 'responses', NOTHING)).toBe(bytes);
});

it('changes the bytes of the model alone, and the member that counts where there are two', () => {
  const text = '{ "big": 12345678901234567890, "model" : "a\\u0062" ,\n "input":"\\u00e9 \\"model\\"" }';
  expect(edit(text, { model: 'x/"y"' })).toBe(text.replace('"a\\u0062"', '"x/\\"y\\""'));
  expect(edit('{"model":"a","model":"b"}', { model: 'c' })).toBe('{"model":"a","model":"c"}');
});

it.each([
  ['{"model":"a"}', '{"model":"a","reasoning":{"effort":"high"}}'],
  ['{"model":"a","reasoning":null}', '{"model":"a","reasoning":{"effort":"high"}}'],
  ['{"model":"a","reasoning":{ }}', '{"model":"a","reasoning":{ "effort":"high"}}'],
  [
    '{"reasoning":{"summary":"auto"},"model":"a"}',
    '{"reasoning":{"summary":"auto","effort":"high"},"model":"a"}',
  ],
  [
    '{"reasoning":{"effort":"low","summary":"auto"},"model":"a"}\n',
    '{"reasoning":{"effort":"high","summary":"auto"},"model":"a"}\n',
  ],
])('sets the effort of the Responses API in %s', (before, after) => {
  expect(edit(before, { effort: 'high' })).toBe(after);
});

it('leaves the effort of Anthropic’s messages to the client', () => {
  const bytes = Buffer.from('{"model":"a"}');
  expect(editBody(bytes, undefined, 'messages', { model: undefined, effort: 'high' })).toBe(bytes);
});

it('sets the effort of chat completions where they have it, beside another model', () => {
  expect(edit('{"model":"a"}', { effort: 'low' }, 'chat')).toBe('{"model":"a","reasoning_effort":"low"}');
  expect(edit('{"reasoning_effort":"high","model":"a"}', { effort: 'low', model: 'bb' }, 'chat')).toBe(
    '{"reasoning_effort":"low","model":"bb"}',
  );
});
