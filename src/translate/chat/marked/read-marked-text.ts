import type { AnswerSink } from '../../answer-sink.ts';
import type { CallReader } from '../read-calls.ts';
import type { LeftCall } from './left-call.ts';
import {
  beginsAsHarmony,
  createHarmonyReader,
  type HarmonyPiece,
  type HarmonyReader,
} from './read-harmony.ts';
import { createLeftCallReader } from './read-left-calls.ts';
import { createThinkTagReader, type ToldApart } from './read-think-tags.ts';

/** Reads a text in which a server may have left the marks of its model's own format. */
export interface MarkedTextReader {
  read(text: string): void;
  /** Signals the end of input. @returns false if it ends in a call that is not whole */
  end(): boolean;
}

interface MarkedTextDeps {
  readonly sink: Pick<
    AnswerSink,
    'text' | 'reasoning' | 'endMessage' | 'alive' | 'isDeclared' | 'parametersOf'
  >;
  readonly calls: Pick<CallReader, 'read' | 'found'>;
  /** Ends a thought that arrived in a member of its own. */
  readonly endThought: () => void;
  /** Thoughts may stand in the text, too. */
  readonly thinkTags: boolean;
  /** Calls that were left in the thoughts of the answer. */
  readonly thoughtCalls: () => readonly LeftCall[];
}

/** Calls found in the text get indexes of their own, above those of calls in `tool_calls`. */
const FIRST_PLACE = 1_000_000;
const FIRST_LEFT = 2_000_000;

export const createMarkedTextReader = ({
  sink,
  calls,
  endThought,
  thinkTags,
  thoughtCalls,
}: MarkedTextDeps): MarkedTextReader => {
  const tags = createThinkTagReader();
  const left = createLeftCallReader(sink, () => sink.alive?.());
  let harmony: HarmonyReader | undefined;
  let held: string | undefined = thinkTags ? '' : undefined;

  let hasText = false;

  const tellText = (text: string): void => {
    if (text === '') return;
    hasText ||= text.trim() !== '';
    endThought();
    sink.text(text);
  };
  const say = (text: string): void => tellText(left.read(text));
  const tell = ({ thought, text, restOfThought }: ToldApart): void => {
    if (restOfThought !== undefined) {
      say(restOfThought);
      sink.endMessage?.();
    }
    if (thought !== '') sink.reasoning(thought);
    say(text);
  };
  const tellPiece = (piece: HarmonyPiece): void => {
    if (piece.kind === 'thought') sink.reasoning(piece.text);
    else if (piece.kind === 'text') say(piece.text);
    else {
      endThought();
      const { place, name, json } = piece;
      const called = { arguments: json, ...(name !== undefined && { name }) };
      calls.read({ tool_calls: [{ index: FIRST_PLACE + place, function: called }] });
    }
  };
  /**
   * What was left in the text counts where the server has told of no call itself, and what a thought holds where there
   * is nothing but the thought.
   */
  const tellLeft = (): boolean => {
    const { text, calls: inText, isCutOff } = left.end();
    tellText(text);
    if (calls.found()) return true;
    const found = inText.length > 0 || hasText ? inText : thoughtCalls();
    if (found.length > 0) endThought();
    for (const [place, { name, json }] of found.entries()) {
      calls.read({ tool_calls: [{ index: FIRST_LEFT + place, function: { name, arguments: json } }] });
    }
    return !isCutOff;
  };
  const read = (text: string, isLast: boolean): void => {
    if (!thinkTags) {
      say(text);
      return;
    }
    if (held !== undefined) {
      held += text;
      const isHarmony = beginsAsHarmony(held);
      if (isHarmony === undefined && !isLast) return;
      if (isHarmony) harmony = createHarmonyReader();
      text = held;
      held = undefined;
    }
    if (harmony) for (const piece of harmony.read(text)) tellPiece(piece);
    else tell(tags.read(text));
    if (!isLast) return;
    if (harmony) for (const piece of harmony.end()) tellPiece(piece);
    else tell(tags.end());
  };

  return {
    read: (text) => read(text, false),
    end: () => {
      read('', true);
      return tellLeft();
    },
  };
};
