import fc from 'fast-check';
import { expect } from 'vitest';
import { isObject, type JsonObject, objectsOf, parseJson } from '../../../src/base/json-object.ts';

const PATCH = '*** Begin Patch\n*** Add File: a.txt\n+one\n+two\n*** End Patch';
const SCRIPT = `await tools.exec_command({cmd: "ls"});\nawait tools.apply_patch(${JSON.stringify(PATCH)});`;
const ITEMS = [
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look at it.' }] },
  { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls -la","workdir":"/tmp"}' },
  { type: 'custom_tool_call', name: 'apply_patch', input: PATCH },
  { type: 'custom_tool_call', name: 'exec', input: SCRIPT },
];
const PIECES: Readonly<Record<string, string>> = {
  message: 'response.output_text',
  function_call: 'response.function_call_arguments',
  custom_tool_call: 'response.custom_tool_call_input',
};

export interface NativeStreamOptions {
  readonly id: string;
  /** The events have a `sequence_number`. */
  readonly counts: boolean;
  /** Calls are told of in deltas, too. */
  readonly hasDeltas: boolean;
  /** The last event repeats the whole output, as at OpenAI's own API. */
  readonly repeats: boolean;
}

/** A Responses stream with text, a function call, a patch and a script, event by event. */
export const nativeStream = ({ id, counts, hasDeltas, repeats }: NativeStreamOptions): string[] => {
  const items = ITEMS.map((item, index) => ({
    ...item,
    id: `item_${id}_${index}`,
    status: 'completed',
    ...(item.type !== 'message' && { call_id: `call_${id}_${index}` }),
  }));
  const response = { id, object: 'response', model: 'gpt-test', output: [] };
  const events: JsonObject[] = [
    { type: 'response.created', response: { ...response, status: 'in_progress' } },
    ...items.flatMap((item, output_index) => {
      const text = 'arguments' in item ? item.arguments : 'input' in item ? item.input : 'I look at it.';
      const member = 'arguments' in item ? 'arguments' : 'input' in item ? 'input' : 'text';
      const begun = item.type === 'message' ? { ...item, content: [] } : { ...item, [member ?? '']: '' };
      const at = { item_id: item.id, output_index };
      const kind = PIECES[item.type];
      const deltas = hasDeltas ? (text?.match(/[\s\S]{1,9}/g) ?? []) : [];
      return [
        { type: 'response.output_item.added', output_index, item: { ...begun, status: 'in_progress' } },
        ...deltas.map((delta) => ({ type: `${kind}.delta`, ...at, delta })),
        { type: `${kind}.done`, ...at, [member ?? '']: text },
        { type: 'response.output_item.done', output_index, item },
      ];
    }),
    {
      type: 'response.completed',
      response: {
        ...response,
        status: 'completed',
        output: repeats ? items : [],
        usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      },
    },
  ];
  return events.map(({ type, ...members }, number) => {
    const data = JSON.stringify({ type, ...(counts && { sequence_number: number }), ...members });
    return `event: ${String(type)}\ndata: ${data}\n\n`;
  });
};

interface SpoiledStream {
  readonly text: string;
  /** Its events are whole, each for itself, and count: what is said in pieces must add up. */
  readonly addsUp: boolean;
}

/** A stream that something on its way has spoiled: between its events, or in the midst of one. */
export const spoiledStream = (options: Omit<NativeStreamOptions, 'id'>): fc.Arbitrary<SpoiledStream> => {
  const one = nativeStream({ ...options, id: 'one' });
  const two = nativeStream({ ...options, id: 'two' });
  const other = fc.constantFrom(one, two);
  const place = fc.nat(one.length - 1);
  const text = one.join('');
  const byte = fc.nat(text.length - 1);
  const events = fc.oneof(
    fc.tuple(place, other).map(([at, next]) => [...one.slice(0, at), ...next]),
    fc.tuple(place, place, other).map(([at, from, next]) => [...one.slice(0, at), ...next.slice(from)]),
    place.map((at) => one.slice(0, at)),
    place.map((at) => [...one.slice(0, at + 1), ...one.slice(at)]),
    fc.array(place, { maxLength: 4 }).map((lost) => one.filter((_, at) => !lost.includes(at))),
    fc.tuple(place, place).map(([from, to]) => {
      const moved = one.toSpliced(from, 1);
      return moved.toSpliced(to, 0, one[from] ?? '');
    }),
    fc.shuffledSubarray(one, { minLength: 1 }),
    fc.constant([...one, ...two]),
  );
  const bytes = fc.oneof(
    fc.tuple(byte, byte, other).map(([at, from, next]) => text.slice(0, at) + next.join('').slice(from)),
    fc.tuple(byte, fc.integer({ min: 1, max: 200 })).map(([at, n]) => text.slice(0, at) + text.slice(at + n)),
    fc.tuple(byte, fc.integer({ min: 1, max: 200 })).map(([at, n]) => text.slice(0, at + n) + text.slice(at)),
  );
  return fc.oneof(
    events.map((list) => ({ text: list.join(''), addsUp: options.counts })),
    bytes.map((spoiled) => ({ text: spoiled, addsUp: false })),
  );
};

const textOf = (item: JsonObject): unknown =>
  item.type === 'function_call' ? item.arguments : item.type === 'custom_tool_call' ? item.input : undefined;

const expectWhole = (item: JsonObject): void => {
  const text = textOf(item);
  if (typeof text !== 'string') return;
  if (item.type === 'function_call') expect(() => JSON.parse(text)).not.toThrow();
  else if (text.includes('*** Begin Patch')) expect(text).toContain('*** End Patch');
};

/**
 * Reads a stream as clients do, which pass over what they cannot read.
 * @param events the data of each
 * @returns the type of the last event; undefined where there was none
 * @throws where a call that a client would act on is not whole, or was begun and is missing at the end
 */
export const readAsClient = (
  events: readonly string[],
  { addsUp }: Pick<SpoiledStream, 'addsUp'>,
): string | undefined => {
  const begun = new Set<unknown>();
  const done = new Set<unknown>();
  const told = new Map<unknown, string>();
  /** Deltas that do not add up to their call. */
  const contradictions: string[] = [];
  for (const data of events) {
    const event = parseJson(data);
    if (!isObject(event)) continue;
    const { type, output_index: place } = event;
    const item = isObject(event.item) ? event.item : undefined;
    if (type === 'response.output_item.added' && item && textOf(item) !== undefined) {
      begun.add(place);
      told.delete(place);
    }
    if (typeof event.delta === 'string') told.set(place, (told.get(place) ?? '') + event.delta);
    if (type === 'response.output_item.done' && item) {
      expectWhole(item);
      const text = textOf(item);
      if (text !== undefined) done.add(place);
      const joined = told.get(place);
      if (text !== undefined && begun.has(place) && joined !== undefined && joined !== text) {
        contradictions.push(joined);
      }
    }
    if (type === 'response.completed') {
      if (addsUp) expect(contradictions).toEqual([]);
      expect([...begun].filter((one) => !done.has(one))).toEqual([]);
      const output = isObject(event.response) ? objectsOf(event.response.output) : [];
      for (const call of output) expectWhole(call);
      // A server that tells of no item before the end has nothing to be held against.
      const calls = output.filter((call) => textOf(call) !== undefined);
      if (done.size > 0) expect(calls.length).toBeLessThanOrEqual(done.size);
    }
    if (/^response\.(?:completed|failed|incomplete)$/.test(String(type))) return String(type);
  }
  return undefined;
};
