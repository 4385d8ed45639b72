import { expect } from 'vitest';
import { type Call, type Conversation, TOOLS, type Turn } from './conversation.ts';
import type { ReadRequest, Segment } from './read-request.ts';

interface Carried {
  readonly conversation: Conversation;
  /** The request as it was sent, and as its provider reads it. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly read: ReadRequest;
  readonly losses: readonly string[];
}

type Expected =
  | { readonly by: 'user'; readonly texts: string[] }
  | { readonly by: 'model'; readonly texts: string[]; readonly calls: readonly Call[] };

const expectSegments = (turns: readonly Turn[]): Expected[] => {
  const segments: Expected[] = [];
  for (const turn of turns) {
    if (turn.by === 'model') {
      segments.push({ by: 'model', texts: turn.text === undefined ? [] : [turn.text], calls: turn.calls });
      continue;
    }
    const texts = turn.by === 'user' ? turn.texts : [turn.text];
    const last = segments.at(-1);
    if (last?.by === 'user') last.texts.push(...texts);
    else segments.push({ by: 'user', texts: [...texts] });
  }
  return segments;
};

/** As it is after a way over the wire. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const argsOf = ({ input }: Call): unknown => asJson(typeof input === 'string' ? { input } : input);

const imagesOf = (turn: Turn): readonly string[] =>
  turn.by === 'user'
    ? turn.images
    : turn.by === 'model'
      ? turn.calls.flatMap(({ result }) => result?.image ?? [])
      : [];

const checkSegment = (segment: Segment | undefined, expected: Expected): void => {
  expect(segment?.by).toBe(expected.by);
  for (const text of expected.texts) expect(segment?.text).toContain(text);
  if (segment?.by !== 'model' || expected.by !== 'model') return;
  const calls = expected.calls.map((call) => ({ name: TOOLS[call.tool].wireName, args: argsOf(call) }));
  expect(segment.calls.map(({ name, args }) => ({ name, args: asJson(args) }))).toEqual(calls);
  for (const [place, { result }] of expected.calls.entries()) {
    expect(segment.results[place]).toContain(result?.text ?? 'interrupted');
  }
};

/**
 * Holds a request against the conversation that it is of: what is not in it is listed as lost.
 * @throws AssertionError
 */
export const checkCarried = ({ conversation, body, read, losses }: Carried): void => {
  const { instructions, turns, options } = conversation;
  const json = JSON.stringify(body);
  const carriedOrLost = (carried: boolean, what: RegExp): void => {
    if (!carried) expect(losses).toContainEqual(expect.stringMatching(what));
  };

  expect(read.system).toContain(instructions ?? '');
  const expected = expectSegments(turns);
  expect(read.segments).toHaveLength(expected.length);
  for (const [place, each] of expected.entries()) checkSegment(read.segments[place], each);

  const images = turns.flatMap(imagesOf);
  carriedOrLost(images.toSorted().join() === read.images.toSorted().join(), /image|file/);
  const calls = turns.flatMap((turn) => (turn.by === 'model' ? turn.calls : []));
  carriedOrLost(
    calls.every(({ result }) => result !== undefined),
    /without a result/,
  );
  for (const turn of turns) {
    if (turn.by === 'model' && turn.thought !== undefined)
      carriedOrLost(json.includes(JSON.stringify(turn.thought).slice(1, -1)), /reason/);
  }

  expect(read.tools.map(({ name }) => name)).toEqual(Object.values(TOOLS).map(({ wireName }) => wireName));
  for (const { wireName, said, parameters } of Object.values(TOOLS)) {
    const tool = read.tools.find(({ name }) => name === wireName);
    expect(tool?.description).toContain(said);
    if (parameters !== undefined) expect(tool?.schema).toMatchObject(parameters);
  }
  // A search that is not to be made may as well not be offered.
  const isSearchWanted = options.hasSearch && options.toolChoice !== 'none';
  carriedOrLost(!isSearchWanted || /"googleSearch"|"web_search/.test(json), /web_search/);

  const { toolChoice } = options;
  const choice = typeof toolChoice === 'object' ? toolChoice.name : toolChoice;
  carriedOrLost(choice === undefined || (read.toolChoice ?? 'auto') === choice, /tool_choice/);
  carriedOrLost(options.temperature === undefined || json.includes('0.3731'), /temperature/);
  carriedOrLost(options.topP === undefined || json.includes('0.8317'), /top_p/);
  carriedOrLost(options.maxOutputTokens === undefined || json.includes('4327'), /max_output_tokens/);
  carriedOrLost(options.user === undefined || json.includes('user-of-the-client'), /user/);
  carriedOrLost(!options.hasFormat || json.includes('verdict_of_format'), /format|schema/i);
  carriedOrLost(options.verbosity === undefined || /"verbosity":/.test(json), /verbosity/);
  const { effort = 'none' } = options;
  carriedOrLost(effort === 'none' || /"(?:reasoning_)?effort":|"thinking/.test(json), /effort|thinking/);
  const isParallelAsked = options.parallel === false && options.toolChoice !== 'none';
  carriedOrLost(!isParallelAsked || /parallel_tool_(?:calls|use)"/.test(json), /parallel/);
};
