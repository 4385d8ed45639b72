import type { ConversationItem } from '../../conversation/item.ts';
import { type ReadOutput, readOutputs } from '../../conversation/read-output.ts';
import { FoldLines } from '../parts/fold-lines.tsx';
import { formatDuration } from '../state/format.ts';
import { texts } from '../texts.ts';
import { Attachment } from './item-parts.tsx';
import { visibleText } from './visible-text.ts';

/** @param isAll false where more follows, so that nothing here is not nothing at all */
const Output = ({ output, failed, isAll }: { output: ReadOutput; failed: boolean; isAll: boolean }) => {
  const bad = failed || output.failed === true || (output.exitCode ?? 0) !== 0;
  const remarks = [
    output.label && visibleText(output.label),
    output.failed ? texts.turn.failed : undefined,
    output.running ? texts.turn.stillRunning : undefined,
    output.exitCode === undefined || output.exitCode === 0 ? undefined : texts.turn.exitCode(output.exitCode),
    !output.seconds ? undefined : formatDuration(output.seconds * 1000),
  ].filter(Boolean);
  return (
    <div class={`output ${bad ? 'bad' : ''}`}>
      {remarks.length > 0 && <span class="output-remarks">{remarks.join(' · ')}</span>}
      {output.text.trim() !== '' ? (
        <FoldLines text={visibleText(output.text.replace(/\n$/, ''))} />
      ) : (
        isAll && <p class="dim">{texts.turn.noOutput}</p>
      )}
    </div>
  );
};

/** What a tool gave back. */
export const ToolOutput = ({ item }: { item: Extract<ConversationItem, { kind: 'toolOutput' }> }) => (
  <>
    {item.parts.map((part, place) => {
      if (part.kind !== 'text') return <Attachment key={place} part={part} />;
      return readOutputs(part.text).map((output, at) => (
        <Output
          key={`${place} ${at}`}
          output={output}
          failed={item.failed ?? false}
          isAll={item.parts.length === 1 || output.label !== undefined}
        />
      ));
    })}
  </>
);
