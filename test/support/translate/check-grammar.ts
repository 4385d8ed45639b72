import { readSse } from '../streams/read-sse.ts';

type Fields = Readonly<Record<string, unknown>>;

interface CheckedResponse extends Fields {
  readonly status: string;
  readonly output: readonly Fields[];
  readonly usage: Fields | null;
}

export interface CheckedStream {
  readonly types: readonly string[];
  /** The items as their `output_item.done` told them, by place. */
  readonly done: readonly Fields[];
  readonly response: CheckedResponse;
}

const assert = (holds: boolean, rule: string, event: unknown): void => {
  if (!holds) throw new Error(`${rule}: ${JSON.stringify(event)}`);
};

/** Each kind of piece: its deltas add up to the text that its end repeats. */
const PIECES: Readonly<Record<string, string>> = {
  output_text: 'text',
  refusal: 'refusal',
  reasoning_summary_text: 'text',
  function_call_arguments: 'arguments',
  custom_tool_call_input: 'input',
};
const PART_OF: Readonly<Record<string, string>> = {
  output_text: 'content_part',
  refusal: 'content_part',
  reasoning_summary_text: 'reasoning_summary_part',
};
const USAGE = [
  'input_tokens',
  'input_tokens_details',
  'output_tokens',
  'output_tokens_details',
  'total_tokens',
];

interface Item {
  readonly id: unknown;
  readonly type: unknown;
  done: boolean;
  /** The part that is open, and how many there were. */
  part: Fields | undefined;
  parts: Fields[];
}

/**
 * Holds a Responses stream against the grammar of its events, in the plainest way: an independent reader.
 * @throws Error that names the rule which an event breaks
 */
export const checkGrammar = (body: string): CheckedStream => {
  const items: Item[] = [];
  const done: Fields[] = [];
  const types: string[] = [];
  const texts = new Map<string, string>();
  let response: CheckedResponse | undefined;

  for (const [number, { name, data }] of readSse(Buffer.from(body)).entries()) {
    const event = JSON.parse(data) as Fields & { type: string };
    const { type } = event;
    types.push(type);
    assert(name === type, 'the name of an event is its type', event);
    assert(data.startsWith('{"type":"'), 'the type comes first', event);
    assert(event.sequence_number === number, 'sequence numbers count from 0', event);
    assert(response === undefined, 'nothing follows the last event', event);
    if (number < 2) {
      assert(type === ['response.created', 'response.in_progress'][number], 'a stream begins so', event);
      assert((event.response as Fields).status === 'in_progress', 'a response begins in progress', event);
      continue;
    }
    if (/^response\.(?:completed|incomplete|failed)$/.test(type)) {
      response = event.response as CheckedResponse;
      assert(response.status === type.slice('response.'.length), 'the status is the event', event);
      continue;
    }
    const place = event.output_index as number;
    if (type === 'response.output_item.added') {
      assert(place === items.length, 'items begin in their order', event);
      const { id, type: kind } = event.item as Fields;
      assert(!items.some((item) => item.id === id), 'an id is given once', event);
      items.push({ id, type: kind, done: false, part: undefined, parts: [] });
      continue;
    }
    const item = items[place];
    if (item === undefined || item.done) throw new Error(`an item is open: ${data}`);
    if (type === 'response.output_item.done') {
      const whole = event.item as Fields;
      assert(whole.id === item.id && whole.type === item.type, 'an item stays itself', event);
      assert(item.part === undefined, 'no part is left open', event);
      const parts = item.type === 'message' ? whole.content : item.type === 'reasoning' ? whole.summary : [];
      assert(JSON.stringify(parts) === JSON.stringify(item.parts), 'an item has the parts told', event);
      for (const member of ['arguments', 'input']) {
        if (typeof whole[member] !== 'string') continue;
        assert(whole[member] === texts.get(`${String(item.id)} undefined`), 'the deltas are all', event);
      }
      item.done = true;
      done[place] = whole;
      continue;
    }
    assert(event.item_id === item.id, 'an event names its item', event);
    const [, piece = '', stage] = /^response\.(\w+)\.(\w+)$/.exec(type) ?? [];
    const index = event.content_index ?? event.summary_index;
    if (piece === 'content_part' || piece === 'reasoning_summary_part') {
      assert(index === item.parts.length, 'parts are counted', event);
      assert((item.part === undefined) === (stage === 'added'), 'a part begins, then ends', event);
      const part = event.part as Fields;
      if (stage === 'done') {
        const text = texts.get(`${String(item.id)} ${String(index)}`);
        assert((part.text ?? part.refusal) === text, 'a part has the text of its deltas', event);
        item.parts.push(part);
      }
      item.part = stage === 'added' ? part : undefined;
      continue;
    }
    if (piece === 'web_search_call') continue;
    const member = PIECES[piece];
    if (member === undefined) throw new Error(`the type is known: ${data}`);
    if (PART_OF[piece] !== undefined) assert(item.part !== undefined, 'a delta has a part', event);
    const key = `${String(item.id)} ${String(index)}`;
    const text = texts.get(key) ?? '';
    if (stage === 'delta') {
      assert(typeof event.delta === 'string' && event.delta !== '', 'a delta says something', event);
      texts.set(key, text + String(event.delta));
    } else {
      assert(event[member] === text, 'the whole is the sum of its deltas', event);
      texts.set(key, text);
    }
  }
  if (response === undefined) throw new Error('a stream has a last event');
  const { usage, status, output } = response;
  if (usage !== null)
    assert(
      USAGE.every((name) => name in usage),
      'usage has its full shape',
      usage,
    );
  if (status === 'completed') {
    assert(
      items.every((item) => item.done),
      'no item is left open',
      types,
    );
    assert(JSON.stringify(output) === JSON.stringify(done), 'the output is the items told', output);
  }
  assert(!/\p{Surrogate}/u.test(body), 'all characters are whole', types);
  return { types, done, response };
};
