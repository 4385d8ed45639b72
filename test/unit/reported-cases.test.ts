import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'test/README.md'), 'utf8');

/** The sources of all tests, by the name of their file. */
const SOURCES = new Map<string, string>();
for (const path of readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.test.ts')) continue;
  const name = basename(path);
  SOURCES.set(name, `${SOURCES.get(name) ?? ''}\n${readFileSync(join(ROOT, 'test', path), 'utf8')}`);
}

/** The rows of the page's tables, without their heads. */
const ROWS = PAGE.split('\n')
  .filter((line) => /^\| .*`[a-z0-9-]+\.test\.ts` \|/.test(line))
  .map((line) => {
    const [, name = '', right = '', file = '', title = ''] = line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    return { name, right, file: file.replaceAll('`', ''), title: title.replaceAll('\\|', '|') };
  });

const CLASSES = [
  ...Array.from({ length: 14 }, (_, index) => `K${index + 1}`),
  ...Array.from({ length: 7 }, (_, index) => `N${index + 1}`),
];

/** As the name stands in a source, where quotation marks are escaped. */
const literalOf = (title: string): readonly string[] => [title, title.replaceAll("'", "\\'")];

describe('the page of reported cases', () => {
  it('has rows', () => expect(ROWS.length).toBeGreaterThan(80));

  it.each(ROWS)('$name: $file has "$title"', ({ file, title }) => {
    const source = SOURCES.get(file) ?? '';
    const at =
      literalOf(title)
        .map((literal) => source.indexOf(literal))
        .find((place) => place >= 0) ?? -1;
    expect(at, title).toBeGreaterThan(-1);
    // What is named is the title of a test, or a value that its title is made of.
    expect(source.slice(source.lastIndexOf('\n', at), at)).toMatch(/['"`]/);
    expect(title.length).toBeGreaterThan(3);
  });

  it.each(CLASSES)('%s has a test', (name) => {
    expect(ROWS.some((row) => row.name.split(' ').includes(name))).toBe(true);
  });

  it('says what is right in each row', () => {
    for (const { right } of ROWS) expect(right.length).toBeGreaterThan(10);
  });
});
