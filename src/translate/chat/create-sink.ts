import type { JsonObject } from '../../base/json-object.ts';
import type { AnswerSink, AnswerUsage, FinishReason } from '../answer-sink.ts';
import { brokenCall } from '../answer-writer.ts';
import { createCallCheck } from '../call-check.ts';
import { createRawInput } from '../responses/raw-input.ts';
import type { ToolNames } from '../responses/tool-names.ts';
import type { Sealer } from '../seal.ts';
import { createCharacterJoiner } from '../whole-characters.ts';

/** The pieces of an answer, in the order in which they are written. */
export type ChatPiece =
  | { readonly kind: 'delta'; readonly delta: JsonObject }
  | { readonly kind: 'finish'; readonly reason: string; readonly usage: AnswerUsage }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

export interface ChatSinkDeps {
  readonly emit: (piece: ChatPiece) => void;
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'sealReasoning'>;
  /** For calls that the provider gave no id. */
  readonly id: string;
  readonly onModel: (model: string) => void;
}

interface OpenCall {
  readonly name: string;
  push(json: string): void;
  isWhole(): boolean;
  end(): void;
}

const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  calls: 'tool_calls',
  length: 'length',
  filter: 'content_filter',
};

/** Members of a delta that are text; each goes on where it left off. */
type TextMember = 'content' | 'refusal' | 'reasoning_content';

/**
 * Writes an answer as the deltas of a chat completion. Thoughts come as `reasoning_content`, which most
 * clients know, and what their provider wants back as `reasoning_details`, which some send back.
 */
export const createChatSink = ({ emit, names, sealer, id, onModel }: ChatSinkDeps): AnswerSink => {
  let phase: 'waiting' | 'running' | 'ended' = 'waiting';
  let usage: AnswerUsage = {};
  let isNamed = false;
  let states = 0;
  const calls = new Map<string, OpenCall>();
  /** Calls that have ended before their arguments were whole. */
  const cutOff: OpenCall[] = [];
  let callCount = 0;
  const joiners = new Map<TextMember, ReturnType<typeof createCharacterJoiner>>();

  const tell = (delta: JsonObject): void => emit({ kind: 'delta', delta });

  const begin = (): boolean => {
    if (phase === 'waiting') {
      phase = 'running';
      tell({ role: 'assistant', content: '' });
    }
    return phase === 'running';
  };

  const say = (member: TextMember, text: string): void => {
    if (!begin()) return;
    const joiner = joiners.get(member) ?? createCharacterJoiner();
    joiners.set(member, joiner);
    const whole = joiner.push(text);
    if (whole !== '') tell({ [member]: whole });
  };

  const openCall = (callId: string | undefined, wireName: string): OpenCall => {
    const index = callCount++;
    const { kind, name } = names.toolOf(wireName);
    const isCustom = kind === 'custom';
    const decoder = isCustom ? createRawInput() : createCharacterJoiner();
    const check = createCallCheck(kind);
    let isEmpty = true;
    const write = (words: string): void => {
      if (words === '') return;
      isEmpty = false;
      const called = isCustom ? { custom: { input: words } } : { function: { arguments: words } };
      tell({ tool_calls: [{ index, ...called }] });
    };
    const called = isCustom
      ? { type: 'custom', custom: { name, input: '' } }
      : { type: 'function', function: { name, arguments: '' } };
    tell({ tool_calls: [{ index, id: callId || `call_${id}_${index}`, ...called }] });
    return {
      name,
      push: (json) => {
        check.push(json);
        write(decoder.push(json));
      },
      isWhole: check.isWhole,
      end: () => {
        write(decoder.end());
        // Clients parse it.
        if (isEmpty && !isCustom) write('{}');
      },
    };
  };

  const fail: AnswerSink['fail'] = ({ code, message }) => {
    if (phase === 'ended') return;
    phase = 'ended';
    calls.clear();
    emit({ kind: 'error', code, message });
  };

  const finish = (reason: FinishReason): void => {
    for (const [member, joiner] of joiners) {
      const rest = joiner.end();
      if (rest !== '') tell({ [member]: rest });
    }
    const broken = [...cutOff, ...calls.values()].find((call) => !call.isWhole());
    if (broken !== undefined && (reason === 'stop' || reason === 'calls')) {
      fail(brokenCall(broken.name));
      return;
    }
    for (const call of calls.values()) call.end();
    calls.clear();
    phase = 'ended';
    const said = reason === 'stop' && callCount > 0 ? 'calls' : reason;
    emit({ kind: 'finish', reason: REASONS[said], usage });
  };

  return {
    begin: ({ model }) => {
      if (!isNamed && phase !== 'ended' && model !== undefined) onModel(model);
      isNamed = true;
      begin();
    },
    text: (delta) => say('content', delta),
    refusal: (delta) => say('refusal', delta),
    reasoning: (delta) => say('reasoning_content', delta),
    reasoningState: (state) => {
      if (!begin()) return;
      const data = sealer.sealReasoning(state);
      tell({
        reasoning_details: [{ type: 'reasoning.encrypted', data, format: 'gomodel-ts', index: states++ }],
      });
    },
    callBegin: (key, { callId, name }) => {
      if (begin() && !calls.has(key)) calls.set(key, openCall(callId, name));
    },
    callArguments: (key, delta) => calls.get(key)?.push(delta),
    callEnd: (key) => {
      const call = calls.get(key);
      if (call === undefined) return;
      calls.delete(key);
      if (call.isWhole()) call.end();
      else cutOff.push(call);
    },
    isDeclared: names.isDeclared,
    // The API has no member for searches; the results are in the text.
    webSearch: () => undefined,
    alive: () => {
      if (begin()) tell({});
    },
    usage: (more) => {
      usage = { ...usage, ...more };
    },
    finish: (reason) => {
      if (begin()) finish(reason);
    },
    fail,
  };
};
