import { escapeHtml } from '../../base/escape-html.ts';
import { type PatchFile, type PatchLine, parsePatch } from '../../conversation/parse-patch.ts';

const SIGNS = { context: ' ', added: '+', removed: '-', place: '@' } as const;
const WORDS = { add: 'new', update: 'changed', delete: 'deleted' } as const;

/** A hunk without a name says nothing. */
const renderLine = ({ kind, text }: PatchLine): string =>
  kind === 'place' && text === '' ? '' : `<span class="${kind}">${SIGNS[kind]} ${escapeHtml(text)}</span>`;

const nameOf = ({ path, movedTo }: PatchFile): string =>
  escapeHtml(movedTo === undefined ? path : `${path} → ${movedTo}`);

/** One file of a patch: its name, how much came and went, and the lines. */
export const renderFile = (file: PatchFile): string => {
  const head = `<figcaption>${WORDS[file.verb]} <b>${nameOf(file)}</b> <ins>+${file.added}</ins> <del>-${file.removed}</del></figcaption>`;
  const lines = file.lines.length === 0 ? '' : `<pre>${file.lines.map(renderLine).join('')}</pre>`;
  return `<figure class="diff">${head}${lines}</figure>\n`;
};

/** A patch as a diff for each file; a text that is none, as it is. */
export const renderPatch = (patch: string): string =>
  parsePatch(patch)?.map(renderFile).join('') ?? `<pre>${escapeHtml(patch)}</pre>`;
