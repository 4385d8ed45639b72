import { expect, it } from 'vitest';
import { outcomePieces } from '../../../src/cli/render/tail/tail-outcome.ts';
import { toolsText } from '../../../src/cli/render/tail/tools-text.ts';
import { callsText, countCalls } from '../../../src/log/count-calls.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

const scripts = {
  toolCalls: ['exec', 'wait', 'exec'],
  scriptCalls: ['exec_command', 'apply_patch', 'exec_command'],
};
const WHOLE = 'wait exec×2: exec_command×2, apply_patch';

it('tells what scripts call behind the call that runs them, in the terminal and on the page', () => {
  expect(toolsText(scripts, 200)).toBe(WHOLE);
  expect(callsText(countCalls(scripts))).toBe('wait, exec×2: exec_command×2, apply_patch');
  expect(callsText(countCalls(scripts), 2)).toBe('wait, exec×2: exec_command×2');
  const one = { toolCalls: ['exec'], scriptCalls: ['exec_command'] };
  expect(toolsText(one, 200)).toBe('exec: exec_command');
  expect(callsText(countCalls(one))).toBe('exec: exec_command');
});

it('tells what scripts call in their place where both do not fit', () => {
  expect(toolsText(scripts, WHOLE.length)).toBe(WHOLE);
  expect(toolsText(scripts, WHOLE.length - 1)).toBe('wait exec_command×2 apply_patch');
  expect(toolsText(scripts, 24)).toBe('wait exec_command×2 +1');
  for (let width = 4; width < 60; width++)
    expect([width, toolsText(scripts, width).length <= width]).toEqual([width, true]);
});

it('tells of records that are older, or whose scripts call nothing, as they are', () => {
  expect(toolsText({ toolCalls: ['exec', 'exec'] }, 200)).toBe('exec×2');
  expect(callsText(countCalls({ toolCalls: ['exec', 'exec'] }))).toBe('exec×2');
  expect(toolsText({}, 200)).toBe('');
  expect(callsText(countCalls({ toolCalls: ['shell'], scriptCalls: ['odd'] }))).toBe('shell, odd');
});

it('takes no control characters and no endless lists from an answer', () => {
  const names = Array.from({ length: 40 }, (_, place) => `tool_${place}`);
  expect(toolsText({ toolCalls: ['exec'], scriptCalls: names }, 100_000)).toContain('tool_23 +16');
  expect(toolsText({ toolCalls: ['exec'], scriptCalls: ['a\u001b[31mb'] }, 100)).not.toContain('\u001b');
});

it('leaves half of its room to what was said last, where both do not fit', () => {
  const record = sampleRecord({
    response: { finish: 'completed', toolCalls: ['exec'], scriptCalls: ['apply_patch', 'exec_command'] },
  });
  const lineAt = (width: number): string =>
    outcomePieces(record, width, '$ node --test')
      .map(({ text }) => text)
      .join('');
  expect(lineAt(60)).toBe('exec: apply_patch, exec_command $ node --test');
  expect(lineAt(44)).toBe('apply_patch +1 $ node --test');
  expect(lineAt(20)).toBe('apply_patch +1 $ node --test');
});
