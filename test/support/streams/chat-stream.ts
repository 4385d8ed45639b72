import fc from 'fast-check';
import { isObject, objectsOf, parseJson } from '../../../src/base/json-object.ts';

const ARGUMENTS = [
  ['exec_command', '{"cmd":"ls -la","workdir":"/tmp"}'],
  ['write_file', JSON.stringify({ path: 'a.txt', text: 'one\n{two}\n"three"' })],
] as const;

/** How a server writes its calls. */
export interface ChatForm {
  /** An index that tells calls apart, one for all of them, or none. */
  readonly index: 'own' | 'same' | 'none';
  readonly repeatsId: boolean;
  readonly hasDone: boolean;
}

/** A chat-completions stream with text and two calls, event by event. */
export const chatStream = (id: string, { index, repeatsId, hasDone }: ChatForm): string[] => {
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id, model: 'gpt-test', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const at = (place: number) => (index === 'none' ? {} : { index: index === 'own' ? place : 0 });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...['I look', ' at it', '.'].map((content) => chunk({ content })),
    ...ARGUMENTS.flatMap(([name, json], place) => [
      chunk({
        tool_calls: [
          { ...at(place), id: `${id}_${place}`, type: 'function', function: { name, arguments: '' } },
        ],
      }),
      ...(json.match(/[\s\S]{1,9}/g) ?? []).map((piece) =>
        chunk({
          tool_calls: [
            { ...at(place), ...(repeatsId && { id: `${id}_${place}` }), function: { arguments: piece } },
          ],
        }),
      ),
    ]),
    chunk({}, 'tool_calls'),
    ...(hasDone ? ['data: [DONE]\n\n'] : []),
  ];
};

/** A stream that something on its way has spoiled: between its events, or in the midst of one. */
export const spoiledChat = (form: ChatForm): fc.Arbitrary<string> => {
  const one = chatStream('one', form);
  const other = fc.constantFrom(one, chatStream('two', form));
  const place = fc.nat(one.length - 1);
  const text = one.join('');
  const byte = fc.nat(text.length - 1);
  return fc.oneof(
    fc.tuple(place, other).map(([at, next]) => [...one.slice(0, at), ...next].join('')),
    fc
      .tuple(place, place, other)
      .map(([at, from, next]) => [...one.slice(0, at), ...next.slice(from)].join('')),
    place.map((at) => one.slice(0, at).join('')),
    place.map((at) => [...one.slice(0, at + 1), ...one.slice(at)].join('')),
    fc.array(place, { maxLength: 4 }).map((lost) => one.filter((_, at) => !lost.includes(at)).join('')),
    fc.tuple(place, place).map(([from, to]) =>
      one
        .toSpliced(from, 1)
        .toSpliced(to, 0, one[from] ?? '')
        .join(''),
    ),
    fc.shuffledSubarray(one, { minLength: 1 }).map((list) => list.join('')),
    other.map((next) => [...one.slice(0, -1), ...next].join('')),
    fc.tuple(byte, byte, other).map(([at, from, next]) => text.slice(0, at) + next.join('').slice(from)),
    fc.tuple(byte, fc.integer({ min: 1, max: 200 })).map(([at, n]) => text.slice(0, at) + text.slice(at + n)),
  );
};

/**
 * Reads a stream as OpenAI's client does: pieces of a call are put together by their index.
 * @param events the data of each, up to `[DONE]`
 * @returns how it ended, and the arguments of each call
 */
export const readChatAsClient = (
  events: readonly string[],
): { end: 'done' | 'closed' | 'failed'; calls: string[]; reason?: string } => {
  const calls = new Map<unknown, string>();
  let reason: string | undefined;
  for (const data of events) {
    if (data.startsWith('[DONE]'))
      return { end: 'done', calls: [...calls.values()], ...(reason && { reason }) };
    const chunk = parseJson(data);
    // The client throws what it cannot parse, and what tells of an error.
    if (!isObject(chunk) || chunk.error !== undefined) return { end: 'failed', calls: [] };
    for (const { delta, finish_reason } of objectsOf(chunk.choices)) {
      reason = typeof finish_reason === 'string' ? finish_reason : reason;
      for (const { index, function: called } of isObject(delta) ? objectsOf(delta.tool_calls) : []) {
        if (isObject(called)) calls.set(index, `${calls.get(index) ?? ''}${String(called.arguments ?? '')}`);
      }
    }
  }
  return { end: 'closed', calls: [...calls.values()], ...(reason && { reason }) };
};
