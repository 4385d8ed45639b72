import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConversationItem, ScriptCall } from '../../../src/conversation/item.ts';
import { readConversation } from '../../../src/conversation/read-conversation.ts';
import { readScript } from '../../../src/conversation/script/read-script.ts';
import { withResults } from '../../../src/conversation/script/script-results.ts';
import { SCRIPTS, type Told } from '../../support/codex/scripts.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

const readRecorded = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

const readItems = async (input: string): Promise<ConversationItem[]> => {
  const requestBody = {
    coding: 'identity' as const,
    bytes: Buffer.from(`{"model":"gpt-6.2-sol","input":${input}}`),
    cutOff: false,
  };
  const of = { record: sampleRecord(), requestHeaders: [], responseHeaders: [], requestBody } as const;
  return (await readConversation(of)).items;
};

const toldOf = ({ runs, exitCode, ending }: ScriptCall): Told =>
  runs?.map((run) => run.exitCode ?? -1) ?? exitCode ?? ending ?? 'nothing';

it('says of each command in the scripts of a real session how it ended', async () => {
  const items = await readItems(readRecorded('code-mode-0.171.0.json'));
  const scriptsOf = (kind: ConversationItem['kind']) =>
    items.flatMap((item) =>
      item.kind === kind && 'script' in item
        ? [item.script?.map((call) => [call.command ?? call.patch?.split('\n')[1], toldOf(call)])]
        : [],
    );
  const told = [
    [
      ['echo one', 0],
      ['ls /none; exit 3', 3],
      ['*** Add File: x.txt', 'nothing'],
    ],
    [
      ['sleep 0.2; echo two', 0],
      ['false', 1],
    ],
    [
      ['cat x.txt', 'notPrinted'],
      ['exit 5', 'notPrinted'],
    ],
  ];
  expect(scriptsOf('toolCall')).toEqual(told);
  expect(scriptsOf('toolOutput')).toEqual(told);
});

describe('a script that the real Codex ran, which', async () => {
  const items = await readItems(readRecorded('code-mode-order-0.171.0.json'));
  const calls = items.flatMap((item) => (item.kind === 'toolCall' ? [item] : []));

  it.each(Object.entries(SCRIPTS))('%s', (_name, [script, told]) => {
    const call = calls.find(({ arguments: source }) => source === script);
    expect(call?.script?.map(toldOf)).toEqual(told);
  });
});

const text = (value: unknown) =>
  ({ kind: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }) as const;
const HEAD = text('Script completed\nWall time 0.1 seconds\nOutput:\n');
const result = (exitCode: number) => ({ wall_time_seconds: 0.5, exit_code: exitCode, output: 'x' });

const tell = (script: string, ...printed: unknown[]): Told[] | undefined => {
  const read = readScript(script);
  return read && withResults(read, [HEAD, ...printed.map(text)]).map(toldOf);
};

const TWO = 'const a = await tools.exec_command({cmd: "a"}); const b = await tools.exec_command({cmd: "b"});';

it('tells nothing where what was printed cannot be what the script prints', () => {
  expect(tell(`${TWO} text(a); text(b);`, result(1))).toEqual(['notMatched', 'notMatched']);
  expect(tell(`${TWO} text([a, b]);`, [result(1), result(2), result(3)])).toEqual([
    'notMatched',
    'notMatched',
  ]);
  expect(tell(`${TWO} text({ a });`, { b: result(1) })).toEqual(['notMatched', 'notMatched']);
  expect(tell(`${TWO} text(a);`, { exit_code: 1 })).toEqual(['notPrinted', 'notPrinted']);
});

it('takes a name for the result of a call only where it has no other meaning anywhere', () => {
  for (const also of [
    'const f = (a) => a;',
    'try {} catch (a) {}',
    'a = 1;',
    'for (const a of []) {}',
    '{ const a = 1; }',
    '{ class a {} }',
  ]) {
    expect(tell(`${TWO} ${also} text(a); text(b);`, result(1), result(2)), also).toEqual(['notMatched', 2]);
  }
});

it('follows nothing in a script that has a printer or tools of its own', () => {
  for (const own of [
    'const text = (x) => x;',
    'function text() {}',
    'const tools = {};',
    'const Promise = 1;',
  ])
    expect(tell(`${TWO} ${own} text(a); text(b);`, result(1), result(2)), own).toEqual([
      'notMatched',
      'notMatched',
    ]);
});

it('says that it is not clear which call a result is of, where lists are filled as the script runs', () => {
  const filled = `${TWO} const all = []; all.push(a); all.push(b); text(all);`;
  expect(tell(filled, [result(1), result(2)])).toEqual(['notMatched', 'notMatched']);
  expect(tell(`${TWO} const all = {}; all.a = a; text(all); text(b);`, { a: result(1) }, result(2))).toEqual([
    'notMatched',
    2,
  ]);
});

it('says nothing of what a script tells on the way', () => {
  const read = readScript(`${TWO} text(a);`);
  if (!read) throw new Error('the script is not read');
  expect(withResults(read, [text(result(1))])).toBe(read.calls);
  expect(withResults(read, [text('half')])).toBe(read.calls);
});

it('merges what is said twice of one run, and tells nothing of one run that ended in two ways', () => {
  expect(tell(`${TWO} text(a); text(a.exit_code);`, result(1), 1)).toEqual([1, 'notPrinted']);
  expect(tell(`${TWO} text(a); text(a.exit_code);`, result(1), 2)).toEqual(['notMatched', 'notPrinted']);
});

it('reads results that are nested without end, or are many, in bounded time', () => {
  const one = 'text(await tools.exec_command({cmd: "a"}))';
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  expect(tell(one, deep)).toEqual(['notPrinted']);
  expect(tell(one, Array(100_000).fill(result(0)))).toEqual(['notPrinted']);
  expect(tell(one, ...Array(1_000).fill(result(0)))).toEqual(['notMatched']);
});

it('follows loops within loops, and chains of names, in bounded time', () => {
  const list = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]';
  const loops = Array.from({ length: 12 }, (_, at) => `for (const n${at} of ${list}) `).join('');
  const names = Array.from({ length: 300 }, (_, at) => `const v${at} = [v${at + 1}, v${at + 1}];`).join('');
  const prints = 'text(x);'.repeat(2_000);
  for (const part of [
    `${loops} {}`,
    `${names} text(v0);`,
    prints,
    `const f = () => { ${prints} };`,
    '!'.repeat(3_000),
  ])
    expect(
      tell(
        `text(await tools.exec_command({cmd: "a"})); ${part} ${part === '!'.repeat(3_000) ? '1' : ''}`,
        result(3),
      ),
    ).toHaveLength(1);
});
