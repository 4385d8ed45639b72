import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** A shell block of a page, as a reader types it. */
export interface Block {
  readonly page: string;
  /** Blocks of one page and walk are typed into one shell, one after the other; absent: typed by themselves. */
  readonly walk: string | undefined;
  readonly commands: readonly string[];
}

export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, '.github/docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `.github/docs/${file}`),
  '.github/CONTRIBUTING.md',
  '.github/SECURITY.md',
  'test/bench/README.md',
  'test/faults/README.md',
  'test/recordings/README.md',
];

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

const withoutComment = (line: string): string => line.replace(/(?:^|\s+)#.*$/, '').trim();

/** All shell blocks of a page in the order in which a reader meets them, without comments and empty lines. */
export const blocksOf = (page: string): Block[] =>
  [...readPage(page).matchAll(/(?:<!-- walk: (\w+) -->\n)?```sh\n(.*?)```/gs)].map(([, walk, text = '']) => ({
    page,
    walk,
    commands: text
      .split('\n')
      .map(withoutComment)
      .filter((line) => line !== ''),
  }));
