import { tableRow } from './render-matrix.ts';

/** What was seen of one provider's models behind the real Codex. */
export interface ProviderSeen {
  readonly provider: string;
  readonly what: 'http' | 'websocket' | 'image' | 'code mode' | 'hard schemas' | 'poisoned history';
}

const COLUMNS: ReadonlyArray<readonly [title: string, what: ProviderSeen['what']]> = [
  ['commands and a patch', 'http'],
  ['the same over WebSocket', 'websocket'],
  ['an image', 'image'],
  ['code mode', 'code mode'],
  ['an MCP tool with a hard schema', 'hard schemas'],
  ['a poisoned history', 'poisoned history'],
];

const PASSED_ON = '² It speaks Responses: requests pass unchanged, histories included.';
const BLIND = '¹ Its models see none: the picture is left out, and the answer and the log say so.';

/** The table of what works with which provider, as Markdown, from what was seen. */
export const renderProviders = (
  providers: ReadonlyArray<{ readonly provider: string; readonly title: string; readonly isNative?: true }>,
  seen: readonly ProviderSeen[],
): string => {
  const cellOf = (provider: string, what: ProviderSeen['what'], isNative: boolean): string => {
    if (seen.some((one) => one.provider === provider && one.what === what)) return 'ok';
    if (isNative && what === 'poisoned history') return '– ²';
    return what === 'image' ? '– ¹' : '**fails**';
  };
  const table = [
    tableRow(['provider', ...COLUMNS.map(([title]) => title)]),
    tableRow(['provider', ...COLUMNS].map(() => '---')),
    ...providers.map(({ provider, title, isNative = false }) =>
      tableRow([title, ...COLUMNS.map(([, what]) => cellOf(provider, what, isNative))]),
    ),
  ].join('\n');
  const notes = [table.includes('¹') ? BLIND : [], table.includes('²') ? PASSED_ON : []].flat();
  return [table, ...notes].join('\n\n');
};
