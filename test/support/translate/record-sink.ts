import type { Usage } from '../../../src/sse/answer-summary.ts';
import type { AnswerSink, FinishReason } from '../../../src/translate/answer-sink.ts';
import type { JsonObject } from '../../../src/translate/ask.ts';

/** What a sink was told, with pieces of one text joined. */
export type Told =
  | { begin: { id?: string; model?: string } }
  | { text: string }
  | { refusal: string }
  | { reasoning: string }
  | { state: JsonObject }
  | { call: { key: string; callId?: string; name: string; json: string; ended: boolean } }
  | { search: string | undefined }
  | { alive: true }
  | { usage: Usage }
  | { finish: FinishReason; words?: string }
  | { fail: { code: string; message: string } };

/** A sink that keeps what it is told, and throws where it is told what the contract forbids. */
export const createRecordSink = (): { readonly sink: AnswerSink; readonly told: Told[] } => {
  const told: Told[] = [];
  const calls = new Map<string, Extract<Told, { call: unknown }>['call']>();
  let ended = false;
  const tell = (entry: Told): void => {
    if (ended) throw new Error(`told after the end: ${JSON.stringify(entry)}`);
    ended = 'finish' in entry || 'fail' in entry;
    told.push(entry);
  };
  /** Usage may come at any time and parts no text. */
  const last = (): Told | undefined => told.findLast((entry) => !('usage' in entry));
  const openCall = (key: string) => {
    const call = calls.get(key);
    if (call === undefined || call.ended) throw new Error(`no call is open at ${key}`);
    return call;
  };
  const sink: AnswerSink = {
    begin: (begin) => tell({ begin }),
    text: (delta) => {
      const open = last();
      if (open !== undefined && 'text' in open && !ended) open.text += delta;
      else tell({ text: delta });
    },
    refusal: (delta) => {
      const open = last();
      if (open !== undefined && 'refusal' in open && !ended) open.refusal += delta;
      else tell({ refusal: delta });
    },
    reasoning: (delta) => {
      const open = last();
      if (open !== undefined && 'reasoning' in open && !ended) open.reasoning += delta;
      else tell({ reasoning: delta });
    },
    reasoningState: ({ data }) => tell({ state: data }),
    callBegin: (key, { callId, name }) => {
      if (calls.get(key)?.ended === false) throw new Error(`two calls at ${key}`);
      const call = { key, ...(callId !== undefined && { callId }), name, json: '', ended: false };
      calls.set(key, call);
      tell({ call });
    },
    callArguments: (key, delta) => {
      openCall(key).json += delta;
    },
    callEnd: (key) => {
      openCall(key).ended = true;
    },
    webSearch: (search) => tell({ search }),
    alive: () => tell({ alive: true }),
    usage: (usage) => {
      // The last word counts, and when it comes is of no account.
      const known = told.find((entry) => 'usage' in entry);
      if (known !== undefined) Object.assign(known.usage, usage);
      else tell({ usage: { ...usage } });
    },
    finish: (finish, words) => tell({ finish, ...(words !== undefined && { words }) }),
    fail: (error) => tell({ fail: { ...error } }),
  };
  return { sink, told };
};
