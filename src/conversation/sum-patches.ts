import type { PatchFile, PatchLine } from './parse-patch.ts';

/** Comparing hunks of more lines than that, multiplied, is not worth the wait: both are kept. */
const MAX_COMPARISONS = 2_000_000;

/** What several patches together did to one file. */
export interface SummedFile extends PatchFile {
  /** How many patches touched it. */
  readonly patches: number;
}

/** A run of lines that lie together in the file. */
type Hunk = PatchLine[];

const isOld = ({ kind }: PatchLine): boolean => kind === 'context' || kind === 'removed';
const isNew = ({ kind }: PatchLine): boolean => kind === 'context' || kind === 'added';

/** A file's lines in hunks, each with the heading that says where it lies. */
const splitHunks = (lines: readonly PatchLine[]): Hunk[] => {
  const hunks: Hunk[] = [];
  for (const line of lines) {
    const last = hunks.at(-1);
    if (line.kind === 'place' || !last) hunks.push([line]);
    else last.push(line);
  }
  return hunks.filter((hunk) => hunk.some(({ kind }) => kind !== 'place'));
};

/**
 * Where the lines that a later hunk expects stand among those that an earlier one left.
 * @returns the index of the first of them in `earlier`, or undefined
 */
const findLines = (earlier: Hunk, expected: readonly PatchLine[]): number | undefined => {
  const left = earlier.flatMap((line, index) => (isNew(line) ? [{ index, text: line.text }] : []));
  if (left.length * expected.length > MAX_COMPARISONS) return undefined;
  for (let start = 0; start + expected.length <= left.length; start++) {
    if (expected.every(({ text }, offset) => left[start + offset]?.text === text)) return left[start]?.index;
  }
  return undefined;
};

/** Applies a later hunk to the lines that an earlier one left: what was added and is removed again is gone. */
const compose = (earlier: Hunk, later: Hunk, from: number): Hunk => {
  const result = earlier.slice(0, from);
  let next = from;
  /** Goes on to the next line that the earlier hunk left; what it removed stays removed. */
  const advance = (): PatchLine | undefined => {
    while (next < earlier.length) {
      const line = earlier[next++] as PatchLine;
      if (isNew(line)) return line;
      result.push(line);
    }
    return undefined;
  };
  for (const line of later) {
    if (line.kind === 'place') continue;
    if (line.kind === 'added') {
      result.push(line);
      continue;
    }
    const before = advance();
    if (!before) continue;
    if (line.kind === 'context') result.push(before);
    else if (before.kind === 'context') result.push({ kind: 'removed', text: before.text });
  }
  return [...result, ...earlier.slice(next)];
};

const addHunk = (hunks: readonly Hunk[], later: Hunk): Hunk[] => {
  const expected = later.filter(isOld);
  if (expected.length > 0) {
    for (const [place, earlier] of hunks.entries()) {
      const from = findLines(earlier, expected);
      if (from !== undefined) return hunks.with(place, compose(earlier, later, from));
    }
  }
  return [...hunks, later];
};

interface Sum {
  verb: PatchFile['verb'];
  path: string;
  movedTo?: string;
  hunks: Hunk[];
  patches: number;
}

const open = (file: PatchFile): Sum => ({ verb: file.verb, path: file.path, hunks: [], patches: 0 });

const apply = (sum: Sum, file: PatchFile): void => {
  sum.patches++;
  if (file.movedTo !== undefined) sum.movedTo = file.movedTo;
  if (file.verb === 'update') {
    for (const hunk of splitHunks(file.lines)) sum.hunks = addHunk(sum.hunks, hunk);
    return;
  }
  // What was added and is deleted again leaves nothing; a file that is written anew is what it is then.
  const isBack = sum.verb === 'delete' && file.verb === 'add';
  sum.verb = isBack ? 'update' : file.verb;
  sum.hunks = splitHunks(file.lines);
};

const close = ({ verb, path, movedTo, hunks, patches }: Sum): SummedFile => {
  const lines = hunks.flatMap((hunk, place): PatchLine[] =>
    place > 0 && hunk[0]?.kind !== 'place' ? [{ kind: 'place', text: '' }, ...hunk] : hunk,
  );
  return {
    verb,
    path,
    ...(movedTo !== undefined && { movedTo }),
    lines,
    added: lines.filter(({ kind }) => kind === 'added').length,
    removed: lines.filter(({ kind }) => kind === 'removed').length,
    patches,
  };
};

/**
 * Sums patches up to one for each file: what a later one changes of an earlier one's lines is changed there. Where
 * nothing says how two hunks lie to each other, both are kept, in their order.
 * @param patches in the order in which they were applied
 */
export const sumPatches = (patches: readonly (readonly PatchFile[])[]): SummedFile[] => {
  const sums = new Map<string, Sum>();
  for (const file of patches.flat()) {
    const known = sums.get(file.path);
    const isGone = known?.verb === 'add' && file.verb === 'delete';
    if (isGone) {
      sums.delete(file.path);
      continue;
    }
    const sum = known ?? open(file);
    apply(sum, file);
    sums.delete(file.path);
    sums.set(file.movedTo ?? file.path, sum);
  }
  return [...sums.values()].map(close);
};
