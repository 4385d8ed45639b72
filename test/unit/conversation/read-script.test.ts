import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOutput } from '../../../src/conversation/read-output.ts';
import { readScript } from '../../../src/conversation/script/read-script.ts';

const callsIn = (source: string) => readScript(source)?.calls;

const PATCH = '*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b **c**\n*** End Patch';

describe('a script of code mode', () => {
  it('gives each command exactly as the script writes it', () => {
    const command = 'rm -rf **/build `date` \'x\' "y" $HOME';
    for (const written of [JSON.stringify(command), `(${JSON.stringify(command)})`]) {
      const script = `const r = await tools.exec_command({cmd: ${written}, workdir: "src"}); text(r.output);`;
      expect(callsIn(script)).toEqual([
        { name: 'exec_command', arguments: JSON.stringify({ cmd: command, workdir: 'src' }), command },
      ]);
    }
  });

  it.each([
    ['a string', `await tools.apply_patch(${JSON.stringify(PATCH)})`],
    ['a template', `await tools.apply_patch(\`${PATCH}\`)`],
    ['a constant', `const patch = ${JSON.stringify(PATCH)};\nawait tools.apply_patch(patch)`],
    ['lines that are joined', `await tools.apply_patch(${JSON.stringify(PATCH.split('\n'))}.join("\\n"))`],
    ['a sum', `await tools.apply_patch("*** Begin Patch\\n" + ${JSON.stringify(PATCH.slice(16))})`],
    ['an object', `await tools.apply_patch({input: ${JSON.stringify(PATCH)}})`],
  ])('gives a patch that is %s', (_form, script) => {
    expect(callsIn(script)).toMatchObject([{ name: 'apply_patch', patch: PATCH }]);
  });

  it('gives all calls in the order of the source, nested ones and those by another spelling too', () => {
    const script = `
      const [a, b] = await Promise.all([tools.exec_command({cmd: "one"}), tools["exec_command"]({cmd: "two"})]);
      if (a.exit_code === 0) await tools.update_plan({plan: [{step: "s", status: "completed"}]});
      for (const file of ["x"]) { await tools.mcp__files__read({file: "y"}); }`;
    expect(callsIn(script)?.map(({ name, command }) => command ?? name)).toEqual([
      'one',
      'two',
      'update_plan',
      'mcp__files__read',
    ]);
  });

  it('says of an argument that is computed only how', () => {
    const computed = [
      '{cmd: name}',
      `{cmd: \`ls \${name}\`}`,
      'name',
      '{...name}',
      '{["cmd"]: "ls"}',
      '{cmd: f("ls")}',
    ];
    for (const argument of computed) {
      expect(callsIn(`const name = input(); tools.exec_command(${argument})`)).toEqual([
        { name: 'exec_command', arguments: argument, computed: true },
      ]);
    }
  });

  it('takes no name for its value that may have another one by then', () => {
    for (const script of [
      'let cmd = "ls"; cmd = "rm"; tools.exec_command({cmd})',
      'const cmd = "ls"; { const cmd = "rm"; tools.exec_command({cmd}) }',
      'const cmd = "ls"; const run = (cmd) => tools.exec_command({cmd})',
      'const cmd = "ls"; function run({ cmd }) { tools.exec_command({cmd}) }',
      'const cmd = "ls"; for (const cmd of names) tools.exec_command({cmd})',
      'let cmd; for (cmd of ["ls"]) tools.exec_command({cmd})',
      'const lines = ["ls"]; lines.push("rm"); tools.exec_command({cmd: lines.join("; ")})',
      'const call = {cmd: "ls"}; call.cmd = "rm"; tools.exec_command(call)',
      'const call = {cmd: "ls"}; delete call.cmd; tools.exec_command(call)',
      'const run = (cmd) => { cmd = "ls"; tools.exec_command({cmd}) }',
    ]) {
      expect(callsIn(script)).toMatchObject([{ computed: true }]);
    }
  });

  const many = (count: number, part: (place: number) => string): string =>
    Array.from({ length: count }, (_, place) => part(place)).join('');
  // Whatever took the square of its length would not end within the time of a test.
  it.each([
    ['declares names', many(20_000, (place) => `let a${place};`)],
    ['names the groups of a pattern', `/${many(20_000, (place) => `(?<a${place}>x)`)}/.test(y);`],
    ['lists numbers', `x = [${'1,'.repeat(125_000)}]`],
  ])('is read where it %s by the ten thousand', (_what, rest) => {
    expect(callsIn(`tools.wait();${rest}`)).toHaveLength(1);
  });

  it.each(['', 'text("no tool")', 'this is prose', '}{', '((('.repeat(20_000), 'a'.repeat(300_000)])(
    'is left as it is where there is nothing to read: %#',
    (script) => {
      expect(callsIn(script)).toBeUndefined();
    },
  );

  it('does not put together values without end', () => {
    const doubling = ['const a0 = "aaaaaaaaaaaaaaaa";'];
    for (let place = 1; place < 19; place++)
      doubling.push(`const a${place} = a${place - 1} + a${place - 1};`);
    const circle = 'const x = y + "1"; const y = x + "2";';
    for (const script of [`${doubling.join('\n')} tools.f(a18)`, `${circle} tools.f(x)`]) {
      expect(callsIn(script)).toMatchObject([{ name: 'f', computed: true }]);
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void callsIn(`tools.f(${text})`)),
    );
  });
});

describe('what a script gave back', () => {
  it.each([
    ['Script completed\nWall time 0.3 seconds\nOutput:\nok', { text: 'ok', seconds: 0.3 }],
    ['Script failed\nWall time 1.5 seconds\nOutput:\n', { text: '', seconds: 1.5, failed: true }],
    [
      '{"chunk_id":"b4de0b","wall_time_seconds":0.25,"exit_code":2,"original_token_count":5,"output":"no `x`\\n"}',
      { text: 'no `x`\n', exitCode: 2, seconds: 0.25 },
    ],
    [
      '{"wall_time_seconds":10,"session_id":7,"output":"so far"}',
      { text: 'so far', seconds: 10, running: true },
    ],
    ['{}', { text: '{}' }],
    ['{"output":', { text: '{"output":' }],
  ])('%s', (text, read) => {
    expect(readOutput(text)).toEqual(read);
  });
});
