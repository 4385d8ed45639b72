import fc from 'fast-check';

/** A conversation as one would tell of it, from which a request and what must arrive are made. */
export interface Conversation {
  readonly instructions: string | undefined;
  readonly turns: readonly Turn[];
  readonly options: Options;
}

export type Turn = UserTurn | DeveloperTurn | ModelTurn;

interface UserTurn {
  readonly by: 'user';
  readonly texts: readonly string[];
  readonly images: readonly string[];
}
interface DeveloperTurn {
  readonly by: 'developer';
  readonly text: string;
}
export interface ModelTurn {
  readonly by: 'model';
  /** Of another provider: its text alone. */
  readonly thought: string | undefined;
  readonly text: string | undefined;
  readonly calls: readonly Call[];
}

export interface Call {
  readonly id: string;
  readonly tool: keyof typeof TOOLS;
  /** Of a custom tool: its raw text. */
  readonly input: Readonly<Record<string, unknown>> | string;
  /** Absent where the call was interrupted. */
  readonly result: { readonly text: string; readonly image: string | undefined } | undefined;
}

interface Options {
  readonly effort: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | undefined;
  readonly verbosity: 'low' | 'high' | undefined;
  readonly parallel: boolean | undefined;
  readonly toolChoice:
    | 'auto'
    | 'none'
    | 'required'
    | { readonly type: 'function'; readonly name: string }
    | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly user: string | undefined;
  readonly hasFormat: boolean;
  readonly hasSearch: boolean;
  readonly isStream: boolean;
}

const parameters = (properties: object) => ({ type: 'object', properties, additionalProperties: false });

/** The tools of every conversation: each kind that Codex sends, in its form and under its name on the wire. */
export const TOOLS = {
  exec: {
    wireName: 'exec_command',
    custom: false,
    said: 'Runs a command, as told in the manual of exec_command.',
    parameters: parameters({ cmd: { type: 'string' }, timeout: { type: 'number' } }),
  },
  patch: {
    wireName: 'apply_patch',
    custom: true,
    said: 'start: begin_patch hunk+ end_patch',
    parameters: undefined,
  },
  spawn: {
    wireName: 'agents__spawn',
    custom: false,
    said: 'Starts an agent, as told in the manual of spawn.',
    parameters: parameters({ task: { type: 'string' } }),
  },
} as const;

export const FORMAT_SCHEMA = {
  type: 'object',
  properties: { verdict_of_format: { type: 'string' } },
  required: ['verdict_of_format'],
  additionalProperties: false,
} as const;

// Any characters, but no halves of one: JSON cannot carry them between implementations.
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const image = fc
  .uint8Array({ minLength: 3, maxLength: 12 })
  .map((bytes) => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`);

const result = fc.record({ text: anyText, image: fc.option(image, { nil: undefined, freq: 5 }) });
const call: fc.Arbitrary<Omit<Call, 'id'>> = fc.record({
  tool: fc.constantFrom('exec' as const, 'patch' as const, 'spawn' as const),
  input: fc.oneof(
    anyText,
    fc.record({ cmd: anyText, timeout: fc.integer() }, { requiredKeys: [] }),
    fc.dictionary(fc.constantFrom('task', 'ünicode', '"'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 }),
  ),
  result: fc.option(result, { nil: undefined, freq: 12 }),
});

const userTurn = fc.record({
  by: fc.constant('user' as const),
  texts: fc.array(anyText, { minLength: 1, maxLength: 2 }),
  images: fc.array(image, { maxLength: 1 }),
});
const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 3, arbitrary: userTurn },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('developer' as const), text: anyText }) },
  {
    weight: 6,
    arbitrary: fc.record({
      by: fc.constant('model' as const),
      thought: maybe(anyText),
      text: maybe(anyText),
      calls: fc.array(call, { maxLength: 3 }).map((calls) => calls.map((each) => ({ ...each, id: '' }))),
    }),
  },
);

const options: fc.Arbitrary<Options> = fc.record({
  effort: maybe(fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
  verbosity: maybe(fc.constantFrom('low', 'high')),
  parallel: maybe(fc.boolean()),
  toolChoice: maybe(
    fc.constantFrom(
      'auto' as const,
      'none' as const,
      'required' as const,
      { type: 'function', name: 'exec_command' } as const,
    ),
  ),
  // Numbers that nothing else in a request is.
  temperature: maybe(fc.constant(0.3731)),
  topP: maybe(fc.constant(0.8317)),
  maxOutputTokens: maybe(fc.constant(4327)),
  user: maybe(fc.constant('user-of-the-client')),
  hasFormat: fc.boolean(),
  hasSearch: fc.boolean(),
  isStream: fc.boolean(),
});

/** Marks each text, so that it is found again, and gives each call an id of its own. */
const mark = (turns: readonly Turn[]): Turn[] => {
  let count = 0;
  const name = (text: string): string => `«${count++}» ${text}`;
  return turns.map((each): Turn => {
    if (each.by === 'developer') return { ...each, text: name(each.text) };
    if (each.by === 'user') return { ...each, texts: each.texts.map(name) };
    const text = each.text === undefined ? undefined : name(each.text);
    return {
      ...each,
      thought: each.thought === undefined ? undefined : name(each.thought),
      text: each.calls.length === 0 && text === undefined ? name('') : text,
      calls: each.calls.map((made) => ({
        ...made,
        id: `call_${count++}`,
        input: TOOLS[made.tool].custom === (typeof made.input === 'string') ? made.input : fitInput(made),
        result: made.result && { ...made.result, text: name(made.result.text) },
      })),
    };
  });
};

const fitInput = ({ tool, input }: Omit<Call, 'id'>): Call['input'] =>
  TOOLS[tool].custom ? JSON.stringify(input) : { cmd: input };

/** What a client can have come to: it ends with its user or with results, and no answer follows another. */
const order = (turns: readonly Turn[]): Turn[] => {
  const ordered: Turn[] = [];
  const user: Turn = { by: 'user', texts: ['Go on.'], images: [] };
  for (const each of [user, ...turns]) {
    const last = ordered.at(-1);
    const isAnswered = last?.by === 'model' && last.calls.some((made) => made.result !== undefined);
    if (each.by === 'model' && last?.by === 'model' && !isAnswered) ordered.push(user);
    ordered.push(each);
  }
  const last = ordered.at(-1);
  if (last?.by === 'developer' || (last?.by === 'model' && last.calls.length === 0)) ordered.push(user);
  return ordered;
};

export const conversation: fc.Arbitrary<Conversation> = fc.record({
  instructions: maybe(anyText.map((text) => `«instructions» ${text}`)),
  turns: fc.array(turn, { maxLength: 8 }).map((turns) => mark(order(turns))),
  options,
});
