import { isAtLeast } from '../../../src/codex/edit/is-at-least.ts';

/** One way of connecting that was seen to work, whole. */
export interface MatrixCell {
  readonly version: string;
  readonly signIn: 'key' | 'chatgpt';
  readonly form: 'plain' | 'zstd' | 'WebSocket';
}

const COLUMNS = [
  { title: 'key, plain', signIn: 'key', form: 'plain' },
  { title: 'key, zstd', signIn: 'key', form: 'zstd' },
  { title: 'key, WebSocket', signIn: 'key', form: 'WebSocket' },
  { title: 'ChatGPT, plain', signIn: 'chatgpt', form: 'plain' },
  { title: 'ChatGPT, zstd', signIn: 'chatgpt', form: 'zstd' },
  { title: 'ChatGPT, WebSocket', signIn: 'chatgpt', form: 'WebSocket' },
] as const;

export const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The table of what works, as Markdown, from the cells that were seen to. */
export const renderMatrix = (
  versions: readonly string[],
  seen: readonly MatrixCell[],
  firstWithWebSocket: string,
): string => {
  const cellOf = (version: string, { signIn, form }: (typeof COLUMNS)[number]): string => {
    const isSeen = seen.some(
      (cell) => cell.version === version && cell.signIn === signIn && cell.form === form,
    );
    if (isSeen) return 'ok';
    if (signIn === 'key' && form === 'zstd') return '– ¹';
    return form === 'WebSocket' && !isAtLeast(version, firstWithWebSocket) ? '– ²' : '**fails**';
  };
  return [
    tableRow(['Codex', ...COLUMNS.map(({ title }) => title)]),
    tableRow(['Codex', ...COLUMNS].map(() => '---')),
    ...versions.map((version) => tableRow([version, ...COLUMNS.map((column) => cellOf(version, column))])),
    '',
    '¹ Codex compresses only what it sends with a ChatGPT sign-in.',
    '',
    `² Codex before ${firstWithWebSocket} does not use it.`,
  ].join('\n');
};

/**
 * @param name of the place: the table goes between `<!-- name -->` and `<!-- /name -->`
 * @throws where the text has no place for the table
 */
export const replaceTable = (text: string, name: string, table: string): string => {
  const [begin, finish] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = text.indexOf(begin);
  const end = text.indexOf(finish);
  if (start < 0 || end < start) throw new Error(`the page has no ${begin} … ${finish}`);
  return `${text.slice(0, start)}${begin}\n\n${table}\n\n${text.slice(end)}`;
};
