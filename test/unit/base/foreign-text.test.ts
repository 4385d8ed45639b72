import { expect, it } from 'vitest';
import {
  cutForeignText,
  decodeForeignText,
  foreignWords,
  MAX_FOREIGN_TEXT,
} from '../../../src/base/foreign-text.ts';

it('keeps a text at the bound and cuts the one that is longer', () => {
  expect(cutForeignText('x'.repeat(MAX_FOREIGN_TEXT))).toHaveLength(MAX_FOREIGN_TEXT);
  expect(cutForeignText('x'.repeat(MAX_FOREIGN_TEXT + 1))).toHaveLength(MAX_FOREIGN_TEXT);
});

it('splits no character', () => {
  expect(cutForeignText('ab🙂', 3)).toBe('ab');
  expect(cutForeignText('ab🙂', 4)).toBe('ab🙂');
});

it('decodes only the beginning of a body', () => {
  expect(decodeForeignText(Buffer.from('é'.repeat(100_000)))).toBe('é'.repeat(MAX_FOREIGN_TEXT));
});

it('takes the tags out of a page, and leaves a lone bracket', () => {
  expect(foreignWords('<html>\n<h1 class="x">Bad  gateway</h1> 1 < 2 </html>', 300)).toBe(
    'Bad gateway 1 < 2',
  );
  expect(foreignWords('one two three', 7)).toBe('one two');
});
