import type { ChalkInstance } from '../colour.ts';
import { plainLines } from '../plain-text.ts';

/** A patch in Codex's form or as a unified diff, coloured line by line: what goes, what comes, and where. */
export const patchLines = (patch: string, colour: ChalkInstance): string[] =>
  plainLines(patch.trimEnd())
    .filter((line) => line !== '*** Begin Patch' && line !== '*** End Patch')
    .map((line) => {
      if (line.startsWith('*** ') || line.startsWith('+++ ') || line.startsWith('--- '))
        return colour.bold(line);
      if (line.startsWith('@@')) return colour.cyan(line);
      if (line.startsWith('+')) return colour.green(line);
      return line.startsWith('-') ? colour.red(line) : line;
    });
