import type { SessionTurn } from '../../admin/api-types/conversation.ts';
import type { ConversationItem, ScriptCall } from '../../conversation/item.ts';
import { readOutput } from '../../conversation/read-output.ts';
import { describeEnding } from '../../conversation/script/describe-ending.ts';
import { texts } from '../texts.ts';
import { plainText } from '../turn/plain-text.ts';
import { nameCall } from '../turn/read-call.ts';
import { roleOf, textOf } from '../turn/read-item.ts';
import { visibleText } from '../turn/visible-text.ts';

/** The first line of a reasoning summary: its heading. */
const headingOf = (summary: readonly string[]): string => plainText(summary[0] ?? '').split('\n')[0] ?? '';

type ToolOutput = Extract<ConversationItem, { kind: 'toolOutput' }>;

/** What answers a call: the request that follows has it. */
const outputOf = (callId: string | undefined, next: SessionTurn | undefined): ToolOutput | undefined =>
  next?.items.find(
    (item): item is ToolOutput =>
      item.kind === 'toolOutput' && item.callId === callId && callId !== undefined,
  );

const outcomeOf = (output: ToolOutput | undefined): string | undefined => {
  if (!output) return undefined;
  const codes = output.parts.map((part) =>
    part.kind === 'text' ? readOutput(part.text).exitCode : undefined,
  );
  const exitCode = codes.find((code) => code !== undefined && code !== 0);
  if (exitCode) return texts.turn.exitCode(exitCode);
  return output.failed ? texts.turn.failed : undefined;
};

/** Whether a script ended with an error. */
const hasFailed = ({ parts, failed }: ToolOutput): boolean =>
  failed === true || parts.some((part) => part.kind === 'text' && readOutput(part.text).failed === true);

/** A script of code mode, told by the tools that it calls, a line for each. */
const ScriptLines = ({ calls, hasFailed }: { calls: readonly ScriptCall[]; hasFailed: boolean }) => (
  <>
    {calls.map((call, place) => {
      const ending = describeEnding(call);
      return (
        <p key={place} class="line call mono">
          <span class="called">
            <b>{visibleText(call.name)}</b> {visibleText(nameCall(call))}
          </span>
          {ending?.isFailure && (
            <span class="fail-text" title={ending.why}>
              {ending.text}
            </span>
          )}
        </p>
      );
    })}
    {hasFailed && <p class="line fail-text">{texts.turn.scriptFailed}</p>}
  </>
);

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
      const output = outputOf(item.callId, next);
      if (item.script) {
        const calls = output?.script ?? item.script;
        // Where a call says that it failed, the whole says nothing more.
        const isTold = calls.some((call) => describeEnding(call)?.isFailure);
        return <ScriptLines calls={calls} hasFailed={!isTold && output !== undefined && hasFailed(output)} />;
      }
      const failed = outcomeOf(output);
      return (
        <p class="line call mono">
          <span class="called">
            <b>{visibleText(item.name)}</b> {visibleText(nameCall(item))}
          </span>
          {failed && <span class="fail-text">{failed}</span>}
        </p>
      );
    }
    // An output is told by its call, one turn before.
    case 'toolOutput':
      return null;
    // What was offered is the same in every turn.
    case 'tools':
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
