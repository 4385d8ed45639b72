import { createId } from '../../../base/ids.ts';
import type { JsonObject } from '../../../base/json-object.ts';
import type { Clock } from '../../../base/time/clock.ts';
import type { AnswerSink, AnswerUsage, FinishReason } from '../../answer-sink.ts';
import { brokenCall } from '../../answer-writer.ts';
import type { Sealer } from '../../seal.ts';
import type { ToolNames } from '../tool-names.ts';
import { emitWebSearch } from './emit-web-search.ts';
import type { Emit, EmittedEvent, OutputItem, ResponseObject } from './emitted-event.ts';
import { type OpenCall, openCall } from './open-call.ts';
import { type OpenMessage, openMessage } from './open-message.ts';
import { type OpenReasoning, openReasoning } from './open-reasoning.ts';
import { writeUsage } from './response-object.ts';

export interface ResponsesSinkDeps {
  readonly emit: Emit<EmittedEvent>;
  readonly names: ToolNames;
  readonly sealer: Pick<Sealer, 'sealReasoning'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The model as asked for; the provider's own word replaces it. */
  readonly model: string;
  /** What the response repeats of the request, see `echoRequest`. */
  readonly echo: JsonObject;
}

type Open =
  | { readonly kind: 'message'; readonly place: number; readonly item: OpenMessage }
  | { readonly kind: 'reasoning'; readonly place: number; readonly item: OpenReasoning };

interface OpenedCall {
  readonly place: number;
  readonly name: string;
  readonly call: OpenCall;
}

const INCOMPLETE_REASONS = { length: 'max_output_tokens', filter: 'content_filter' } as const;

/**
 * Writes an answer as the events of a Responses stream. Ids are made of the response's own and the place in
 * the output: the same item has the same id in every event.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const createResponsesSink = (deps: ResponsesSinkDeps): AnswerSink => {
  const { emit, names, clock, echo } = deps;
  const id = createId('resp', clock.now());
  const suffix = id.slice('resp_'.length);
  const createdAt = Math.floor(clock.now() / 1000);
  let { model } = deps;
  let usage: AnswerUsage = {};
  let phase: 'waiting' | 'running' | 'ended' = 'waiting';
  let isNamed = false;
  let places = 0;
  /** By place; what is not done yet is missing. */
  const output: OutputItem[] = [];
  let open: Open | undefined;
  const calls = new Map<string, OpenedCall>();
  /** Calls that have ended before their arguments were whole. Why, only the reason to finish tells. */
  const broken: OpenedCall[] = [];
  const callIds = new Set<string>();

  const response = (
    status: ResponseObject['status'],
    members: Partial<Pick<ResponseObject, 'error' | 'incomplete_details'>> = {},
  ): ResponseObject => ({
    id,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    completed_at: status === 'completed' ? Math.floor(clock.now() / 1000) : null,
    error: null,
    incomplete_details: null,
    model,
    output: Object.values(output),
    ...echo,
    usage: writeUsage(usage),
    ...members,
  });

  const begin = (): boolean => {
    if (phase === 'waiting') {
      phase = 'running';
      const created = response('in_progress');
      emit({ type: 'response.created', response: created });
      emit({ type: 'response.in_progress', response: created });
    }
    return phase === 'running';
  };

  const endOpen = (status: 'completed' | 'incomplete' = 'completed', sealed?: string): void => {
    if (open === undefined) return;
    output[open.place] = open.kind === 'message' ? open.item.end(status) : open.item.end(sealed);
    open = undefined;
  };

  const messageOpen = (): OpenMessage => {
    if (open?.kind === 'message') return open.item;
    endOpen();
    const place = places++;
    const item = openMessage(emit, `msg_${suffix}_${place}`, place);
    open = { kind: 'message', place, item };
    return item;
  };

  const reasoningOpen = (): OpenReasoning => {
    if (open?.kind === 'reasoning') return open.item;
    endOpen();
    const place = places++;
    const item = openReasoning(emit, `rs_${suffix}_${place}`, place);
    open = { kind: 'reasoning', place, item };
    return item;
  };

  const endCall = (key: string): void => {
    const opened = calls.get(key);
    if (opened === undefined) return;
    calls.delete(key);
    if (opened.call.isWhole()) output[opened.place] = opened.call.end();
    else broken.push(opened);
  };

  /** A provider that gives two calls one id, or none, must not confuse a client's answers to them. */
  const uniqueCallId = (callId: string | undefined, place: number): string => {
    const unique =
      callId === undefined || callId === '' || callIds.has(callId) ? `call_${suffix}_${place}` : callId;
    callIds.add(unique);
    return unique;
  };

  const finish = (reason: FinishReason): void => {
    const incomplete = reason === 'length' || reason === 'filter' ? INCOMPLETE_REASONS[reason] : undefined;
    const unfinished = [...broken, ...calls.values()].find(({ call }) => !call.isWhole());
    if (incomplete === undefined && unfinished !== undefined) {
      fail(brokenCall(unfinished.name));
      return;
    }
    const status = incomplete === undefined ? 'completed' : 'incomplete';
    endOpen(status);
    for (const key of [...calls.keys()]) endCall(key);
    for (const { place, call } of broken) output[place] = call.cut();
    const details = incomplete === undefined ? {} : { incomplete_details: { reason: incomplete } };
    phase = 'ended';
    emit({ type: `response.${status}`, response: response(status, details) });
  };

  const fail: AnswerSink['fail'] = (error) => {
    if (!begin()) return;
    phase = 'ended';
    calls.clear();
    emit({ type: 'response.failed', response: response('failed', { error }) });
  };

  return {
    begin: (start) => {
      // Where comments kept the client waiting until now, the answer has begun without a model.
      if (!isNamed && phase !== 'ended') model = start.model ?? model;
      isNamed = true;
      begin();
    },
    text: (delta) => {
      if (delta !== '' && begin()) messageOpen().text(delta);
    },
    refusal: (delta) => {
      if (delta !== '' && begin()) messageOpen().refusal(delta);
    },
    reasoning: (delta) => {
      if (delta !== '' && begin()) reasoningOpen().text(delta);
    },
    reasoningState: (state) => {
      if (!begin()) return;
      reasoningOpen();
      endOpen('completed', deps.sealer.sealReasoning(state));
    },
    callBegin: (key, { callId, name }) => {
      if (!begin() || calls.has(key)) return;
      endOpen();
      const place = places++;
      const tool = names.toolOf(name);
      const named = { id: `${suffix}_${place}`, callId: uniqueCallId(callId, place), tool, place };
      calls.set(key, { place, name: tool.name, call: openCall({ emit, ...named }) });
    },
    endMessage: () => {
      if (open?.kind === 'message') endOpen();
    },
    callArguments: (key, delta) => calls.get(key)?.call.push(delta),
    callEnd: endCall,
    isDeclared: names.isDeclared,
    webSearch: (query) => {
      if (!begin()) return;
      endOpen();
      const place = places++;
      output[place] = emitWebSearch(emit, `ws_${suffix}_${place}`, place, query);
    },
    alive: () => {
      if (begin()) emit({ type: 'keepalive' });
    },
    usage: (more) => {
      usage = { ...usage, ...more };
    },
    finish: (reason, words) => {
      // Of a refusal Codex shows nothing, and after `incomplete` it asks five times more. What OpenAI says
      // where its own filter stops a request, Codex shows at once.
      if (reason === 'filter' && words !== undefined) fail({ code: 'invalid_prompt', message: words });
      else if (begin()) finish(reason);
    },
    fail,
  };
};
