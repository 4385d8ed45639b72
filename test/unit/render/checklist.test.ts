import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { renderStep } from '../../../src/cli/render/checklist.ts';

const colour = new Chalk({ level: 0 });
const STEP = {
  name: 'config.toml',
  state: 'failed',
  message:
    'Codex uses provider "gomodel" at http://localhost:8080/v1, with the key in OPENAI_API_KEY, and no gateway answers there',
  remedy:
    'Start it there (`npx gomodel-ts serve`), or run `npx gomodel-ts init-codex` to point Codex at the running one.',
  ms: 12,
} as const;

describe('a check', () => {
  it.each([30, 40, 60, 80, 100, 140])('is broken between words in %i columns', (columns) => {
    const lines = renderStep(STEP, columns, colour).trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    const words = lines
      .join(' ')
      .split(/\s+/)
      .filter((word) => word !== '→');
    expect(words).toEqual(`✗ config.toml ${STEP.message} 12ms ${STEP.remedy}`.split(' '));
  });

  it('is one line where nothing limits it', () => {
    const { remedy: _, ...step } = STEP;
    expect(renderStep(step, Number.POSITIVE_INFINITY, colour).split('\n')).toHaveLength(2);
  });
});
