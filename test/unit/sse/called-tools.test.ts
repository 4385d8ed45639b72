import { readFile } from 'node:fs/promises';
import { tokenizer } from 'acorn';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readScript } from '../../../src/conversation/script/read-script.ts';
import { calledTools } from '../../../src/sse/script/called-tools.ts';
import { STRING, scanTokens, WORD } from '../../../src/sse/script/scan-tokens.ts';
import { SCRIPTS } from '../../support/codex/scripts.ts';

/** As the page reads a script: with a parser. */
const parsed = (script: string): string[] => readScript(script)?.calls.map(({ name }) => name) ?? [];

it.each([
  ['await tools.exec_command({ cmd: "ls" });', ['exec_command']],
  [
    'text(await tools.apply_patch("*** Begin Patch")); await tools.mcp__docs__search({});',
    ['apply_patch', 'mcp__docs__search'],
  ],
  [
    'tools["exec_command"]({}); tools[\'a b\'](); tools?.update_plan?.({});',
    ['exec_command', 'a b', 'update_plan'],
  ],
  ['tools /* a */ . // b\n exec_command /* c */ ({})', ['exec_command']],
  ['tools.a(await tools.b({})); tools.c().then(() => tools.d())', ['a', 'b', 'c', 'd']],
  [`text(\`\${await tools.a({ x: \`\${{ y: "}" }.y} tools.no()\` })} tools.no()\`)`, ['a']],
  // What only looks like a call.
  ['text("tools.no()"); text(\'tools.no()\'); text(`tools.no()`); // tools.no()\n/* tools.no() */', []],
  ['my.tools.no(); mytools.no(); tools2.no(); tools.no; new tools.no(); tools.no.call(); tools[name]();', []],
  ['x = { tools: 1 }; f(...tools.yes()); new Foo(tools.yes2())', ['yes', 'yes2']],
  // A slash that divides, and one that begins a pattern.
  ['a = b / tools.a() / 2; r = /tools.no()/g; c = /[/"`]/.test(x) ? tools.b() : 1', ['a', 'b']],
  [
    `if (x) /"/.test(y); tools.a(); x++ / tools.b(); (x) / tools.c(); [1] / 2; \`\${1}\` / tools.d() / "/"`,
    [...'abcd'],
  ],
  ['return /`/; tools.a()', ['a']],
  [
    '1.5.toFixed(); 1..toFixed(); 1e5.toFixed(); .5.toFixed() / tools.a(); 0x1f / tools.b() / 1_000n',
    ['a', 'b'],
  ],
  ['const f = () => {}\n/"/.test(x); tools.a()', ['a']],
  ['{ } /"/.test(x); y = { a: 1 } / 2; tools.a("/")', ['a']],
  ['const o = { in: 1, return: 2 }; o.return / 2; tools.a(); o.in / 3', ['a']],
  ['tools.a("\\"", \'\\\'\', `\\``, /\\//, "\\\n"); tools.b()', ['a', 'b']],
])('tells what %j calls, as a parser does', (script, called) => {
  expect(calledTools(script)).toEqual(called);
  expect(parsed(script)).toEqual(called);
});

it.each(Object.entries(SCRIPTS))('tells what a script calls that %s', (_name, [script]) => {
  expect(calledTools(script).length).toBeGreaterThan(0);
  expect(calledTools(script)).toEqual(parsed(script));
});

it('calls are told of the part of a script that can be read', () => {
  expect(calledTools('tools.a(); "not closed\ntools.b()')).toEqual(['a']);
  expect(calledTools('tools.a(); /* not closed tools.b()')).toEqual(['a']);
  expect(calledTools('tools.a(); `not closed tools.b()')).toEqual(['a']);
  expect(calledTools('tools.a(); x = /not closed\ntools.b()')).toEqual(['a']);
  expect(calledTools('tools.')).toEqual([]);
  expect(calledTools('}}))]] tools.a() ${')).toEqual(['a']);
  expect(calledTools(`${'('.repeat(20_000)} tools.a()`)).toEqual([]);
  expect(calledTools('tools.a();'.repeat(1000))).toHaveLength(200);
});

/** Where the words and the strings of a program stand. */
const placesByAcorn = (source: string): string[] => {
  const places: string[] = [];
  for (const { type, start, end } of tokenizer(source, { ecmaVersion: 'latest', sourceType: 'module' })) {
    const isTold = type.keyword !== undefined || type.label === 'name' || type.label === 'string';
    if (isTold) places.push(`${start} ${source.slice(start, end)}`);
  }
  return places;
};

const placesOf = (source: string): string[] => {
  const places: string[] = [];
  scanTokens(source, (token, start, end) => {
    if (token === WORD || token === STRING) places.push(`${start} ${source.slice(start, end)}`);
  });
  return places;
};

// Written by people, and by a minifier, with all that JavaScript has.
it.each(['acorn/dist/acorn.mjs', 'axe-core/axe.min.js', 'preact/dist/preact.mjs'])(
  'finds the words and strings of %s where a parser finds them',
  async (file) => {
    const source = await readFile(new URL(`../../../node_modules/${file}`, import.meta.url), 'utf8');
    const found = placesOf(source);
    expect(found.length).toBeGreaterThan(900);
    expect(found).toEqual(placesByAcorn(source));
  },
);

const piece = fc.constantFrom(
  ...[
    'tools',
    '.a',
    '(',
    ')',
    '`',
    '${',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '/',
    '//',
    '/*',
    '*/',
    '\n',
    '\\',
    ' ',
  ],
  ...['?.', '.', ';', '=', '+', '++', '=>', ':', ',', 'if', 'return', 'new', '1', '"x"', 'tools.b()', '...'],
);

it('agrees with a parser on whatever parses', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const script = pieces.join('');
      const called = calledTools(script);
      if (parsed(script).length > 0) expect(called, script).toEqual(parsed(script));
    }),
    { numRuns: 3000 },
  );
});

// Whatever took the square of its length would not end within the time of a test.
it.each([
  ['patterns that do not end', '/[ '],
  ['open brackets', '('],
  ['open templates', '`${'],
  ['comments between a name and its call', 'tools/**/'],
  ['words', 'tools tools.a '],
  ['calls', 'tools.a();'],
])('reads a megabyte of %s in one go', (_name, part) => {
  let end = 0;
  scanTokens(part.repeat(2 ** 20 / part.length), (_token, _start, tokenEnd) => {
    if (tokenEnd <= end) throw new Error(`a token is told of twice at ${end}`);
    end = tokenEnd;
  });
});

it('leaves a script unread that the page leaves unread', () => {
  const long = `tools.a(); //${'x'.repeat(256 * 1024)}`;
  expect(calledTools(long)).toEqual([]);
  expect(parsed(long)).toEqual([]);
});
