import type { ConversationItem } from '../../conversation/item.ts';
import { readOutput } from '../../conversation/read-output.ts';
import { FoldLines } from '../parts/fold-lines.tsx';
import { formatDuration } from '../state/format.ts';
import { texts } from '../texts.ts';
import { Attachment } from './item-parts.tsx';
import { visibleText } from './visible-text.ts';

const OutputText = ({ text, failed }: { text: string; failed: boolean }) => {
  const output = readOutput(text);
  const bad = failed || output.failed === true || (output.exitCode ?? 0) !== 0;
  const remarks = [
    output.failed ? texts.turn.failed : undefined,
    output.running ? texts.turn.stillRunning : undefined,
    output.exitCode === undefined || output.exitCode === 0 ? undefined : texts.turn.exitCode(output.exitCode),
    !output.seconds ? undefined : formatDuration(output.seconds * 1000),
  ].filter(Boolean);
  return (
    <div class={`output ${bad ? 'bad' : ''}`}>
      {remarks.length > 0 && <span class="output-remarks">{remarks.join(' · ')}</span>}
      {output.text.trim() === '' ? (
        <span class="dim">{texts.turn.noOutput}</span>
      ) : (
        <FoldLines text={visibleText(output.text.replace(/\n$/, ''))} />
      )}
    </div>
  );
};

/** What a tool gave back. */
export const ToolOutput = ({ item }: { item: Extract<ConversationItem, { kind: 'toolOutput' }> }) => (
  <>
    {item.parts.map((part, place) =>
      part.kind === 'text' ? (
        <OutputText key={place} text={part.text} failed={item.failed ?? false} />
      ) : (
        <Attachment key={place} part={part} />
      ),
    )}
  </>
);
