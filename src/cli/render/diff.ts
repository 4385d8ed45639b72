import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { ChalkInstance } from './colour.ts';

export interface FileChange {
  readonly file: string;
  /** Undefined where there is no file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const NO_FILE = '/dev/null';

/** A unified diff that `patch -p0` takes, in colour where the stream has any. */
export const renderDiff = ({ file, before, after }: FileChange, colour: ChalkInstance): string => {
  const patch = createTwoFilesPatch(
    before === undefined ? NO_FILE : file,
    after === undefined ? NO_FILE : file,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
  return patch
    .split('\n')
    .map((line) => paint(line, colour))
    .join('\n');
};

const paint = (line: string, colour: ChalkInstance): string => {
  // A carriage return stays last: behind it, the colour's end would overwrite the line.
  const [, content = '', end = ''] = /^(.*?)(\r?)$/s.exec(line) ?? [];
  if (/^(---|\+\+\+) /.test(content)) return colour.bold(content) + end;
  if (content.startsWith('+')) return colour.green(content) + end;
  if (content.startsWith('-')) return colour.red(content) + end;
  if (content.startsWith('@@') || content.startsWith('\\')) return colour.dim(content) + end;
  return line;
};
