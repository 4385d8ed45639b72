import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { harmlessOutput, openDoor } from '../../../src/cli/output-door.ts';
import { renderStep } from '../../../src/cli/render/checklist.ts';
import { createColour } from '../../../src/cli/render/colour.ts';
import { renderConfig } from '../../../src/cli/render/config-rows.ts';
import { renderModels } from '../../../src/cli/render/model-rows.ts';

const colour = createColour({ isTTY: true }, { FORCE_COLOR: '1' });

/** Sequences that a terminal obeys, and characters that it hides or reorders. */
const HOSTILE = [
  '\x1b]0;title\x07',
  '\x1b]52;c;ZXZpbA==\x07',
  '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\',
  '\x1b[2J',
  '\x1b[31m',
  '\x1bP+q\x1b\\',
  '\x1b[?1049h',
  '\x1bc',
  '\x9b2J',
  '\x9d0;x\x9c',
  '\x08\x08\x08',
  '\x00\x7f\x85',
  '\u202egnp.exe',
  '\u2066x\u2069',
  '\u200b\u200f\ufeff',
  '\u2028\u2029',
  'over\rwritten',
];
const OBEYED = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
/** Every escape that is left is a colour of our own. */
const isHarmless = (text: string): boolean =>
  !OBEYED.test(text) && !text.replace(/\x1b\[\d{1,2}m/g, '').includes('\x1b');

describe('M11: the door', () => {
  it.each(HOSTILE)('lets %j through as something to look at', (text) => {
    expect(isHarmless(harmlessOutput(`a ${text} b`))).toBe(true);
  });

  it.each([
    colour.red('gomodel-ts:'),
    colour.bold.cyan('both'),
    '\x1b[2A\r\x1b[Jdone\n',
    'one\n\ttwo\r\n',
    'näive 模型 👩‍💻 …',
  ])('lets our own %j through as it is', (text) => {
    expect(harmlessOutput(text)).toBe(text);
  });

  it('keeps the data of JSON lines', () => {
    const value = `a\x1b]0;x\x07\x7f\x9b\u202e\u2028\ufeff`;
    const line = harmlessOutput(`${JSON.stringify({ value })}\n`);
    expect(isHarmless(line)).toBe(true);
    expect(JSON.parse(line)).toEqual({ value });
  });

  it('lets the tail rewrite its lines, and nobody else', () => {
    expect(harmlessOutput('x\x1b[2A\r\x1b[J')).toBe('x␛[2A␍␛[J');
  });

  it('is the stream but for what is written', async () => {
    const stream = new PassThrough();
    const door = openDoor(stream);
    door.write('\x1b]0;x\x07');
    door.write(Buffer.from('bytes'));
    door.end('\x9b2J');
    const written = Buffer.concat(await stream.toArray()).toString();
    expect(written).toBe('␛]0;x␇bytes\ufffd2J');
    expect(door.writableFinished).toBe(true);
  });
});

describe('M11: what a stranger said is shown', () => {
  const all = HOSTILE.join(' ');
  it('in the list of models', () => {
    const model = {
      name: all,
      provider: 'x',
      upstreamModel: all,
      isAlias: true,
      isNative: true,
      inputModalities: [all],
    };
    const text = renderModels([model as never], colour, Number.POSITIVE_INFINITY);
    expect(isHarmless(harmlessOutput(text))).toBe(true);
  });
  it('in the configuration', () => {
    const row = { name: all, value: all, origin: all, variable: undefined, isSecret: false };
    const text = renderConfig([row], { showOrigin: true, colour, columns: Number.POSITIVE_INFINITY });
    expect(isHarmless(harmlessOutput(text))).toBe(true);
  });
  it('in the checklist', () => {
    const text = renderStep({ name: 'x', state: 'failed', message: all, remedy: all }, 80, colour);
    expect(isHarmless(harmlessOutput(text))).toBe(true);
  });
});

describe('M11: the command line', () => {
  const CLI = join(import.meta.dirname, '../../../src/cli');
  const files = readdirSync(CLI, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  it('opens the door in one place, and writes nowhere else', () => {
    const beside = files.filter((file) =>
      /\bconsole\.|\bprocess\.(?:stdout|stderr)\b(?!\.isTTY)|\bwriteSync\(/.test(
        readFileSync(join(CLI, file), 'utf8'),
      ),
    );
    expect(beside).toEqual(['main.ts']);
    const main = readFileSync(join(CLI, 'main.ts'), 'utf8');
    const mentions = main.match(/.*process\.(?:stdout|stderr).*/g)?.map((line) => line.trim());
    expect(mentions).toEqual([
      'for (const stream of [process.stdout, process.stderr]) {',
      'stdout: openDoor(process.stdout, process.env),',
      'stderr: openDoor(process.stderr, process.env),',
    ]);
  });
});
