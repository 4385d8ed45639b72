import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { failureLines } from '../../../src/cli/render/tail/failure-lines.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

const plain = new Chalk({ level: 0 });

it('breaks an advice at no width within a command that fits into a line', () => {
  const record = sampleRecord({
    status: 401,
    error: { origin: 'upstream', code: 'invalid_api_key', message: 'Incorrect API key' },
  });
  for (let width = 60; width <= 200; width++) {
    const lines = failureLines(record, '', width, plain);
    expect(lines.join(' ')).toContain('`gomodel-ts providers --check`');
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(width);
      expect(line.split('`').length % 2, line).toBe(1);
    }
  }
});
