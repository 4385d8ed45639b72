import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ConversationItem, ScriptCall } from '../../../src/conversation/item.ts';
import { readConversation } from '../../../src/conversation/read-conversation.ts';
import { withResults } from '../../../src/conversation/script-results.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

/** What the real Codex 0.171.0 sent of three scripts: results one by one, in one object, and none that can be told. */
const RECORDED = readFileSync(join(import.meta.dirname, 'code-mode-0.171.0.json'), 'utf8');

const command = (cmd: string): ScriptCall => ({ name: 'exec_command', arguments: '', command: cmd });
const text = (value: unknown) => ({ kind: 'text', text: JSON.stringify(value) }) as const;
const result = (exitCode: number) => ({ wall_time_seconds: 0.5, exit_code: exitCode, output: 'x' });

it('says of each command in the scripts of a real session how it ended', async () => {
  const { items } = await readConversation({
    record: sampleRecord(),
    requestHeaders: [],
    responseHeaders: [],
    requestBody: {
      coding: 'identity',
      bytes: Buffer.from(`{"model":"gpt-6.2-sol","input":${RECORDED}}`),
      cutOff: false,
    },
  });
  const scriptsOf = (kind: ConversationItem['kind']) =>
    items.flatMap((item) =>
      item.kind === kind && 'script' in item
        ? [item.script?.map(({ command: cmd, patch, exitCode }) => [cmd ?? patch?.split('\n')[1], exitCode])]
        : [],
    );
  const told = [
    [
      ['echo one', 0],
      ['ls /none; exit 3', 3],
      ['*** Add File: x.txt', undefined],
    ],
    [
      ['sleep 0.2; echo two', 0],
      ['false', 1],
    ],
    [
      ['cat x.txt', undefined],
      ['exit 5', undefined],
    ],
  ];
  expect(scriptsOf('toolCall')).toEqual(told);
  expect(scriptsOf('toolOutput')).toEqual(told);
});

it('tells nothing where a script has printed fewer results than it has commands, or more', () => {
  const calls = [command('a'), command('b')];
  expect(withResults(calls, [text(result(1))])).toBe(calls);
  expect(withResults(calls, [text([result(1), result(2), result(3)])])).toBe(calls);
  expect(withResults(calls, [text({ exit_code: 1 }), text('exit_code')])).toBe(calls);
  expect(withResults(calls, [text([result(1), { deep: { deeper: result(2) } }])])).toMatchObject([
    { command: 'a', exitCode: 1, seconds: 0.5 },
    { command: 'b', exitCode: 2, seconds: 0.5 },
  ]);
});

it('reads results that are nested without end, or are many, in bounded time', () => {
  const calls = [command('a')];
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  expect(withResults(calls, [{ kind: 'text', text: deep }])).toBe(calls);
  expect(withResults(calls, [text(Array(100_000).fill(result(0)))])).toBe(calls);
});
