import { createId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { AnswerSink, AnswerUsage, FinishReason } from '../answer-sink.ts';
import { brokenCall } from '../answer-writer.ts';
import type { ToolNames } from '../responses/tool-names.ts';
import type { Sealer } from '../seal.ts';
import { createCharacterJoiner } from '../whole-characters.ts';
import { createBlockQueue, type OpenBlock } from './block-queue.ts';
import { type OpenCall, openCall } from './open-call.ts';
import type { ThinkingForm } from './read-options.ts';
import { sealThought } from './thought-seal.ts';
import { failureBody } from './write-error.ts';
import { writeUsage } from './write-usage.ts';

export interface MessagesSinkDeps {
  /** Gets the events in their order, `type` first. */
  readonly emit: (event: JsonObject) => void;
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'sealReasoning'>;
  readonly clock: { now(): number };
  /** The model as asked for; the provider's own word replaces it. */
  readonly model: string;
  readonly thinking: ThinkingForm;
  /** Told of a failure before its event is written, which has no code. */
  readonly onFail?: AnswerSink['fail'];
}

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  calls: 'tool_use',
  length: 'max_tokens',
  filter: 'refusal',
};

/** What the API takes as an id. */
const CALL_ID = /^[a-zA-Z0-9_-]{1,128}$/;

interface OpenText {
  readonly kind: 'text' | 'thinking';
  readonly block: OpenBlock;
  write(delta: string): void;
  finish(): void;
}

/**
 * Writes an answer as the events of a Messages stream: one block after another, and counts at the end, where
 * providers give them.
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export const createMessagesSink = (deps: MessagesSinkDeps): AnswerSink => {
  const { emit, names, sealer, clock, thinking } = deps;
  const id = createId('msg', clock.now());
  const suffix = id.slice('msg_'.length);
  let { model } = deps;
  let phase: 'waiting' | 'running' | 'ended' = 'waiting';
  let usage: AnswerUsage = {};
  let open: OpenText | undefined;
  /** States that belong to no thought: they are told when more of the answer follows, see `tellStates`. */
  let untold: string[] = [];
  let hasRefused = false;
  let stopSequence: string | null = null;
  const queue = createBlockQueue(emit);
  const calls = new Map<string, OpenCall>();
  /** Calls that have ended before their input was whole. Why, only the reason to finish tells. */
  const broken: OpenCall[] = [];
  const callIds = new Set<string>();

  const begin = (): boolean => {
    if (phase === 'waiting') {
      phase = 'running';
      const head = { id, type: 'message', role: 'assistant', model, content: [] };
      const message = { ...head, stop_reason: null, stop_sequence: null, usage: writeUsage(usage) };
      emit({ type: 'message_start', message });
      emit({ type: 'ping' });
    }
    return phase === 'running';
  };

  const endOpen = (): void => {
    open?.finish();
    open = undefined;
  };

  /**
   * What a provider wants back is a block of its own where it has no thought. None ends an answer: Claude Code
   * shows its last block, and nothing where that is hidden. Only Gemini has one there, on a text, and takes
   * the text without it.
   */
  const tellStates = (): void => {
    if (untold.length === 0) return;
    endOpen();
    endWholeCalls();
    for (const data of untold) queue.open({ type: 'redacted_thinking', data }).end();
    untold = [];
  };

  const textOpen = (kind: OpenText['kind']): OpenText => {
    tellStates();
    if (open?.kind === kind) return open;
    endOpen();
    endWholeCalls();
    const joiner = createCharacterJoiner();
    const isText = kind === 'text';
    const block = queue.open(
      isText ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' },
    );
    const write = (words: string): void => {
      if (words === '') return;
      block.add(isText ? { type: 'text_delta', text: words } : { type: 'thinking_delta', thinking: words });
    };
    open = {
      kind,
      block,
      write: (delta) => write(joiner.push(delta)),
      finish: () => {
        write(joiner.end());
        if (!isText) block.add({ type: 'signature_delta', signature: sealThought(undefined, sealer) });
        block.end();
      },
    };
    return open;
  };

  /** What is whole needs nothing more, and lets what follows it be written. */
  const endWholeCalls = (): void => {
    for (const [key, call] of calls) if (!call.isEmpty() && call.isWhole()) endCall(key);
  };

  const endCall = (key: string): void => {
    const call = calls.get(key);
    if (call === undefined) return;
    calls.delete(key);
    if (call.isWhole()) call.end();
    else broken.push(call);
  };

  /** A provider that gives two calls one id, or none, must not confuse a client's answers to them. */
  const uniqueId = (callId: string | undefined): string => {
    const isTaken = callId === undefined || !CALL_ID.test(callId) || callIds.has(callId);
    const unique = isTaken ? `toolu_${suffix}_${callIds.size}` : callId;
    callIds.add(unique);
    return unique;
  };

  const tell = (kind: OpenText['kind'], delta: string): void => {
    if (delta !== '' && begin()) textOpen(kind).write(delta);
  };

  const fail: AnswerSink['fail'] = (error) => {
    if (phase === 'ended') return;
    phase = 'ended';
    calls.clear();
    deps.onFail?.(error);
    emit(failureBody(error));
  };

  const stopReasonOf = (reason: FinishReason): string => {
    if (stopSequence !== null) return 'stop_sequence';
    if (reason === 'stop' && hasRefused) return 'refusal';
    return STOP_REASONS[reason === 'stop' && callIds.size > 0 ? 'calls' : reason];
  };

  const finish = (reason: FinishReason, words: string | undefined): void => {
    const cut = [...broken, ...calls.values()].filter((call) => !call.isWhole());
    const [first] = cut;
    if (first !== undefined && (reason === 'stop' || reason === 'calls')) {
      fail(brokenCall(first.name));
      return;
    }
    endOpen();
    for (const call of [...calls.values(), ...broken]) call.end();
    calls.clear();
    phase = 'ended';
    const details = { type: 'refusal', category: null, explanation: words ?? null };
    const delta = {
      stop_reason: stopReasonOf(reason),
      stop_sequence: stopSequence,
      ...(reason === 'filter' && { stop_details: details }),
    };
    emit({ type: 'message_delta', delta, usage: writeUsage(usage) });
    emit({ type: 'message_stop' });
  };

  return {
    begin: (start) => {
      if (phase === 'waiting') model = start.model ?? model;
      begin();
    },
    text: (delta) => tell('text', delta),
    refusal: (delta) => {
      hasRefused ||= delta !== '';
      tell('text', delta);
    },
    reasoning: (delta) => {
      if (thinking === 'shown') tell('thinking', delta);
    },
    reasoningState: (state) => {
      if (thinking === 'dropped' || !begin()) return;
      const sealed = sealThought(state, sealer);
      if (open?.kind === 'thinking') {
        open.block.add({ type: 'signature_delta', signature: sealed });
        open.block.end();
        open = undefined;
        return;
      }
      untold.push(sealed);
    },
    callBegin: (key, { callId, name }) => {
      if (!begin() || calls.has(key)) return;
      tellStates();
      endOpen();
      endWholeCalls();
      const tool = names.toolOf(name);
      calls.set(key, openCall(queue, { id: uniqueId(callId), name: tool.name }));
    },
    callArguments: (key, delta) => {
      if (phase !== 'ended') calls.get(key)?.push(delta);
    },
    callEnd: endCall,
    isDeclared: names.isDeclared,
    // What was found is in the text: the results themselves are told by no provider but Anthropic.
    webSearch: () => undefined,
    alive: () => {
      if (begin()) emit({ type: 'ping' });
    },
    usage: (more) => {
      usage = { ...usage, ...more };
    },
    stoppedAt: (sequence) => {
      stopSequence = sequence;
    },
    finish: (reason, words) => {
      if (begin()) finish(reason, words);
    },
    fail,
  };
};
