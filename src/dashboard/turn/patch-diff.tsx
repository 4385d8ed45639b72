import { useState } from 'preact/hooks';
import type { PatchFile, PatchLine } from '../../conversation/parse-patch.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { texts } from '../texts.ts';
import { visibleText } from './visible-text.ts';

const SHOWN_LINES = 60;
const SIGNS = { context: ' ', added: '+', removed: '−', place: '' } as const;

const Line = ({ line }: { line: PatchLine }) => (
  <span class={`diff-line ${line.kind} ${line.kind === 'place' && !line.text ? 'unnamed' : ''}`}>
    <i aria-hidden="true">{SIGNS[line.kind]}</i>
    <span>{visibleText(line.text) || ' '}</span>
    {line.kind !== 'context' && line.kind !== 'place' && (
      <span class="hidden-text">{texts.diff[line.kind]}</span>
    )}
  </span>
);

const FileDiff = ({ file }: { file: PatchFile }) => {
  const [all, setAll] = useState(false);
  const shown = all ? file.lines : file.lines.slice(0, SHOWN_LINES);
  const hidden = file.lines.length - shown.length;
  return (
    <figure class="diff">
      <figcaption>
        <span class="dim">{texts.diff[file.verb]}</span>
        <span class="mono path">
          {visibleText(file.path)}
          {file.movedTo && ` → ${visibleText(file.movedTo)}`}
        </span>
        <span class="diff-added">{file.added > 0 && `+${file.added}`}</span>
        <span class="diff-removed">{file.removed > 0 && `−${file.removed}`}</span>
      </figcaption>
      {shown.length > 0 && (
        <pre>
          {shown.map((line, place) => (
            <Line key={place} line={line} />
          ))}
        </pre>
      )}
      {hidden > 0 && (
        <button type="button" class="fold-button" onClick={() => setAll(true)}>
          {texts.fold.moreLines(hidden)}
        </button>
      )}
    </figure>
  );
};

/** A patch as a person reads it: per file, what goes and what comes. */
export const PatchDiff = ({ files, source }: { files: readonly PatchFile[]; source: string }) => (
  <div class="patch">
    {files.map((file, place) => (
      <FileDiff key={place} file={file} />
    ))}
    <CopyButton text={source} label={texts.copy.patch} />
  </div>
);
