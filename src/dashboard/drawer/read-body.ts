/** One event of a stream, or a run of deltas that belong together. */
export interface BodyEvent {
  readonly type: string;
  /** How many events stand here as one. */
  readonly count: number;
  /** The data: parsed where it is JSON, and of a run the joined deltas. */
  readonly data: unknown;
}

export type ReadBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'events'; readonly events: readonly BodyEvent[] }
  | { readonly kind: 'text'; readonly text: string };

const parseJson = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** The type and data of one event's lines. */
const readEvent = (lines: string): BodyEvent | undefined => {
  let type = '';
  const data: string[] = [];
  for (const line of lines.split(/\r\n|\r|\n/)) {
    if (line.startsWith('event:')) type = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  if (data.length === 0) return undefined;
  const text = data.join('\n');
  const parsed = parseJson(text);
  const told = field(parsed?.value, 'type');
  return {
    type: type || (typeof told === 'string' ? told : 'data'),
    count: 1,
    data: parsed ? parsed.value : text,
  };
};

/** Joins runs of deltas of one item: 800 lines of three letters each tell nothing. */
const joinDeltas = (events: readonly BodyEvent[]): BodyEvent[] => {
  const joined: BodyEvent[] = [];
  let itemOfLast: unknown;
  for (const event of events) {
    const delta = field(event.data, 'delta');
    const item = field(event.data, 'item_id') ?? field(event.data, 'output_index');
    const last = joined.at(-1);
    if (typeof delta !== 'string') joined.push(event);
    else if (last?.type === event.type && typeof last.data === 'string' && itemOfLast === item) {
      joined[joined.length - 1] = { type: event.type, count: last.count + 1, data: last.data + delta };
    } else joined.push({ type: event.type, count: 1, data: delta });
    itemOfLast = item;
  }
  return joined;
};

/** Finds out what a body is: JSON, a stream of events (SSE, or one JSON text a line), or just text. */
export const readBody = (text: string): ReadBody => {
  const json = parseJson(text);
  if (json && typeof json.value === 'object' && json.value !== null)
    return { kind: 'json', value: json.value };
  if (/^(?:event|data|id|retry)?:/.test(text.trimStart())) {
    const events = text.split(/\r\n\r\n|\n\n|\r\r/).map(readEvent);
    return { kind: 'events', events: joinDeltas(events.filter((event) => event !== undefined)) };
  }
  if (text.startsWith('{')) {
    const lines = text.trim().split('\n').map(parseJson);
    if (lines.length > 1 && lines.every((line) => line !== undefined)) {
      const events = lines.map(({ value }): BodyEvent => {
        const type = field(value, 'type');
        return { type: typeof type === 'string' ? type : 'data', count: 1, data: value };
      });
      return { kind: 'events', events: joinDeltas(events) };
    }
  }
  return { kind: 'text', text };
};
