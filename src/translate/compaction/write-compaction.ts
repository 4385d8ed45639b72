import { createId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { AnswerSink, AnswerUsage } from '../answer-sink.ts';
import { type AnswerWriter, createObjectWriter, EVENT_STREAM } from '../answer-writer.ts';
import { writeUsage } from '../responses/emit/response-object.ts';
import type { Sealer } from '../seal.ts';
import { labelSummary } from './read-compaction.ts';

interface CompactionDeps {
  readonly sealer: Pick<Sealer, 'sealSummary'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The model as asked for; the provider's own word replaces it. */
  readonly model: string;
}

/** What comes of a summary turn. */
interface Compaction {
  readonly item: JsonObject | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly members: { readonly id: string; readonly created_at: number; readonly model: string };
  readonly usage: AnswerUsage;
}

/** A summary takes minutes and is sent when it is complete; clients give up after five minutes of silence. */
const KEEPALIVE_MS = 5_000;

const NO_SUMMARY = {
  code: 'compaction_failed',
  message:
    'gomodel-ts: the model wrote no summary of the conversation, so that it cannot be made short; try again, or start a new session',
};

/** Reads the answer to a summary turn: its text is the summary, everything else is ignored. */
const createCompactionSink = (
  { sealer, clock, model: asked }: CompactionDeps,
  handlers: {
    onBegin(compaction: Compaction): void;
    /** The provider is at work. */
    onProgress(): void;
    onEnd(compaction: Compaction): void;
  },
): AnswerSink => {
  const id = createId('resp', clock.now());
  const createdAt = Math.floor(clock.now() / 1000);
  let model = asked;
  let summary = '';
  let usage: AnswerUsage = {};
  let hasBegun = false;
  let hasEnded = false;

  const compaction = (outcome: Partial<Pick<Compaction, 'item' | 'error'>> = {}): Compaction => ({
    item: undefined,
    error: undefined,
    ...outcome,
    members: { id, created_at: createdAt, model },
    usage,
  });
  const begin = (): void => {
    if (hasBegun) return;
    hasBegun = true;
    handlers.onBegin(compaction());
  };
  const end = (outcome: Partial<Pick<Compaction, 'item' | 'error'>>): void => {
    begin();
    if (hasEnded) return;
    hasEnded = true;
    handlers.onEnd(compaction(outcome));
  };
  const goOn = (): void => {
    if (hasBegun && !hasEnded) handlers.onProgress();
  };

  return {
    begin: (start) => {
      model = start.model ?? model;
      begin();
    },
    text: (delta) => {
      summary += delta;
      goOn();
    },
    usage: (more) => {
      usage = { ...usage, ...more };
    },
    finish: (reason, words) => {
      if (summary.trim() === '' || reason === 'filter') {
        const why = words === undefined ? '' : ` (${words})`;
        return end({ error: { ...NO_SUMMARY, message: NO_SUMMARY.message + why } });
      }
      const text = labelSummary(summary.trim(), model, reason === 'length');
      const item = {
        id: `cmp_${id.slice('resp_'.length)}`,
        type: 'compaction',
        encrypted_content: sealer.sealSummary(text),
      };
      end({ item });
    },
    fail: (error) => end({ error }),
    refusal: goOn,
    reasoning: goOn,
    reasoningState: goOn,
    callBegin: goOn,
    callArguments: goOn,
    callEnd: goOn,
    webSearch: goOn,
    alive: () => {
      begin();
      goOn();
    },
  };
};

/** As the stream that follows a `compaction_trigger` item: its one item is the compaction. */
export const createCompactionStream = (deps: CompactionDeps, echo: JsonObject): AnswerWriter => {
  let written = '';
  let events = 0;
  let lastAt = deps.clock.now();
  const emit = (type: string, members: JsonObject): void => {
    lastAt = deps.clock.now();
    const data = JSON.stringify({ type, ...members, sequence_number: events++ });
    written += `event: ${type}\ndata: ${data}\n\n`;
  };
  const response = ({ members, item, error, usage }: Compaction, status: string): JsonObject => ({
    ...members,
    object: 'response',
    status,
    background: false,
    completed_at: status === 'completed' ? Math.floor(deps.clock.now() / 1000) : null,
    error: error ?? null,
    incomplete_details: null,
    output: item === undefined ? [] : [item],
    ...echo,
    usage: writeUsage(usage),
  });
  const sink = createCompactionSink(deps, {
    onProgress: () => {
      if (deps.clock.now() - lastAt >= KEEPALIVE_MS) emit('keepalive', {});
    },
    onBegin: (compaction) => {
      emit('response.created', { response: response(compaction, 'in_progress') });
      emit('response.in_progress', { response: response(compaction, 'in_progress') });
    },
    onEnd: (compaction) => {
      const { item, error } = compaction;
      if (item !== undefined) {
        emit('response.output_item.added', { output_index: 0, item });
        emit('response.output_item.done', { output_index: 0, item });
      }
      const status = error === undefined ? 'completed' : 'failed';
      emit(`response.${status}`, { response: response(compaction, status) });
    },
  });
  const take = (): string => {
    const text = written;
    written = '';
    return text;
  };
  return { sink, contentType: EVENT_STREAM, take, end: take };
};

/**
 * As the object that `/responses/compact` answers with.
 * @param kept what goes before the compaction, see `keepUserMessages`
 */
export const createCompactionJson = (deps: CompactionDeps, kept: readonly JsonObject[]): AnswerWriter => {
  let answer: JsonObject | undefined;
  let failure: Compaction['error'];
  const sink = createCompactionSink(deps, {
    onBegin: () => {},
    onProgress: () => {},
    onEnd: ({ members, item, error, usage }) => {
      failure = error;
      answer =
        item === undefined
          ? { error: { ...error, type: 'provider_error', param: null } }
          : { ...members, object: 'response.compaction', output: [...kept, item], usage: writeUsage(usage) };
    },
  });
  return createObjectWriter(
    sink,
    () => answer,
    () => failure,
  );
};
