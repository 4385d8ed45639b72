export interface PatchLine {
  readonly kind: 'context' | 'added' | 'removed' | 'place';
  readonly text: string;
}

/** What a patch does to one file. */
export interface PatchFile {
  readonly verb: 'add' | 'update' | 'delete';
  readonly path: string;
  readonly movedTo?: string;
  readonly lines: readonly PatchLine[];
  readonly added: number;
  readonly removed: number;
}

const BEGIN = '*** Begin Patch';
const FILE = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const MOVE = /^\*\*\* Move to: (.+)$/;

const readLine = (line: string): PatchLine | undefined => {
  if (line.startsWith('@@')) return { kind: 'place', text: line.slice(2).replace(/@@$/, '').trim() };
  if (line.startsWith('+')) return { kind: 'added', text: line.slice(1) };
  if (line.startsWith('-')) return { kind: 'removed', text: line.slice(1) };
  if (line.startsWith('***') || line.startsWith('\\ No newline')) return undefined;
  return { kind: 'context', text: line.replace(/^ /, '') };
};

interface OpenFile {
  verb: PatchFile['verb'];
  path: string;
  movedTo?: string;
  lines: PatchLine[];
}

const close = (file: OpenFile): PatchFile => ({
  ...file,
  // The line break at the end of a patch is no line of the file.
  lines:
    file.lines.at(-1)?.text === '' && file.lines.at(-1)?.kind === 'context'
      ? file.lines.slice(0, -1)
      : file.lines,
  added: file.lines.filter(({ kind }) => kind === 'added').length,
  removed: file.lines.filter(({ kind }) => kind === 'removed').length,
});

/** The form of Codex's `apply_patch`: `*** Update File: path`, then hunks without line numbers. */
const parseApplyPatch = (text: string): PatchFile[] => {
  const files: OpenFile[] = [];
  for (const line of text.slice(text.indexOf(BEGIN)).split('\n')) {
    if (line.startsWith('*** End Patch')) break;
    const opened = FILE.exec(line);
    if (opened?.[1] && opened[2]) {
      files.push({ verb: opened[1].toLowerCase() as PatchFile['verb'], path: opened[2], lines: [] });
      continue;
    }
    const file = files.at(-1);
    if (!file) continue;
    const moved = MOVE.exec(line)?.[1];
    const read = moved ? undefined : readLine(line);
    if (moved) file.movedTo = moved;
    if (read) file.lines.push(read);
  }
  return files.map(close);
};

const pathOf = (line: string): string => (line.slice(4).split('\t', 1)[0] ?? '').replace(/^[ab]\//, '');

/** A unified diff, as `git diff` prints it. */
const parseUnified = (text: string): PatchFile[] => {
  const files: OpenFile[] = [];
  let before = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('--- ')) before = pathOf(line);
    else if (line.startsWith('+++ ')) {
      const after = pathOf(line);
      const verb = before === '/dev/null' ? 'add' : after === '/dev/null' ? 'delete' : 'update';
      files.push({ verb, path: verb === 'delete' ? before : after, lines: [] });
    } else if (!/^(?:diff --git|index |new file|deleted file|similarity|rename )/.test(line)) {
      const read = readLine(line);
      if (read) files.at(-1)?.lines.push(read);
    }
  }
  return files.map(close);
};

/** Reads a patch of either form. @returns undefined where the text is none */
export const parsePatch = (text: string): PatchFile[] | undefined => {
  const files = text.includes(BEGIN)
    ? parseApplyPatch(text)
    : /^--- .+\n\+\+\+ .+\n@@/m.test(text)
      ? parseUnified(text)
      : [];
  return files.length > 0 ? files : undefined;
};
