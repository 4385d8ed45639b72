import type { SessionTurn } from '../../admin/api-types.ts';
import type { ConversationItem } from '../../conversation/item.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { nameCall } from '../turn/read-call.ts';
import { roleOf, textOf } from '../turn/read-item.ts';
import { readOutput } from '../turn/read-output.ts';

/** The first line of a reasoning summary: its heading. */
const headingOf = (summary: readonly string[]): string => plainText(summary[0] ?? '').split('\n')[0] ?? '';

const outcomeOfCall = (callId: string | undefined, next: SessionTurn | undefined): string | undefined => {
  const output = next?.items.find(
    (item) => item.kind === 'toolOutput' && item.callId === callId && callId !== undefined,
  );
  if (output?.kind !== 'toolOutput') return undefined;
  const exitCode = readOutput(textOf(output)).exitCode;
  if (exitCode) return texts.turn.exitCode(exitCode);
  return output.failed ? texts.turn.failed : undefined;
};

const Line = ({ item, next }: { item: ConversationItem; next: SessionTurn | undefined }) => {
  switch (item.kind) {
    case 'message': {
      const role = roleOf(item);
      if (role !== 'user' && role !== 'assistant') return null;
      return <p class={`line ${role}`}>{plainText(textOf(item))}</p>;
    }
    case 'reasoning':
      return item.summary.length > 0 ? <p class="line thought">{headingOf(item.summary)}</p> : null;
    case 'toolCall': {
      const failed = outcomeOfCall(item.callId, next);
      return (
        <p class="line call mono">
          <b>{plainText(item.name)}</b> {plainText(nameCall(item))}
          {failed && <span class="fail-text"> {failed}</span>}
        </p>
      );
    }
    // An output is told by its call, one turn before.
    case 'toolOutput':
      return null;
    case 'unknown':
      return <p class="line dim">{plainText(item.type)}</p>;
  }
};

/** A turn in a few lines: what the user said, what the model thought, said and called. */
export const TurnSummary = ({ turn, next }: { turn: SessionTurn; next: SessionTurn | undefined }) => (
  <>
    {[...turn.items, ...turn.output].map((item, place) => (
      <Line key={place} item={item} next={next} />
    ))}
  </>
);
