import { describe, expect, it } from 'vitest';
import { createColour } from '../../../src/cli/render/colour.ts';

const terminal = { isTTY: true };
const pipe = {};

describe('colours', () => {
  it.each([
    ['on a terminal', terminal, {}, true],
    ['in a pipe', pipe, {}, false],
    ['on a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['on a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['on a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['in a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
    ['in a pipe with an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, true],
    ['on a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['with FORCE_COLOR and NO_COLOR', terminal, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('%s', (_where, stream, env, coloured) => {
    expect(createColour(stream, env).red('x')).toBe(coloured ? '\x1b[31mx\x1b[39m' : 'x');
  });
});
