import fc from 'fast-check';

/** A piece of a generated configuration: `own` where an edit of the provider may replace it. */
interface Fragment {
  readonly text: string;
  readonly own: boolean;
}

export interface GeneratedConfig {
  readonly text: string;
  /** What an edit must keep, in order. */
  readonly foreign: readonly string[];
}

const foreign = (text: string): Fragment => ({ text, own: false });
const own = (text: string): Fragment => ({ text, own: true });

const comment = fc.constantFrom(
  '# plain',
  '#',
  '# [not.a.table]',
  '# model_provider = "x"',
  '# é 😀 "quoted" \' = {',
  '\t# in',
);
const tail = fc.constantFrom('', ' # behind', '  #x = 1', '\t');
const indent = fc.constantFrom('', '', '', '  ', '\t');
const equals = fc.constantFrom(' = ', '=', '\t=  ');

const value = fc.constantFrom(
  '1',
  '-0.5e3',
  '0xff',
  'nan',
  'true',
  '1979-05-27T07:32:00Z',
  '"basic \\"quoted\\" \\u00e9 # no comment"',
  "'literal \\ [x]'",
  '"""several\nlines = "here"\n[no.table]"""',
  "'''\nmodel_provider = 'x'\n'''",
  '[1, 2, # one\n  3,\n]',
  '[{ name = "a" }, { name = "]" }]',
  '{ a = 1, "b c" = { d = [2] } }',
  '{}',
);

const setting = (name: string) =>
  fc
    .tuple(indent, equals, value, tail)
    .map(([before, sign, what, after]) => foreign(`${before}${name}${sign}${what}${after}\n`));

const filler = fc.oneof(
  fc.constant(foreign('\n')),
  comment.map((text) => foreign(`${text}\n`)),
);

/** Settings under different names, comments and blank lines between them. */
const body = (names: readonly string[]): fc.Arbitrary<Fragment[]> =>
  fc
    .subarray([...names])
    .chain((chosen) =>
      fc.tuple(...chosen.map((name) => fc.tuple(fc.array(filler, { maxLength: 2 }), setting(name)))),
    )
    .map((parts) => parts.flatMap(([fillers, line]) => [...fillers, line]));

const table = (header: string, names: readonly string[]): fc.Arbitrary<Fragment[]> =>
  fc
    .tuple(fc.array(filler, { maxLength: 2 }), indent, tail, body(names))
    .map(([fillers, before, after, lines]) => [
      ...fillers,
      foreign(`${before}${header}${after}\n`),
      ...lines,
    ]);

const quoted = (text: string) => fc.constantFrom(`"${text}"`, `'${text}'`, `"""${text}"""`);

const top = fc.tuple(
  body(['notify', 'tui.theme', '"odd key"', "'tui'.'x y'"]),
  fc.option(tail.map((after) => [own('model = '), own('"gpt-x"'), foreign(`${after}\n`)])),
  fc.option(
    fc
      .tuple(quoted('other'), tail)
      .map(([id, after]) => [foreign('model_provider = '), own(id), foreign(`${after}\n`)]),
  ),
  body(['approval_policy', 'sandbox.mode']),
);

/** Entries of the block, some with the wanted value, some with another one, some with foreign keys. */
const entries = fc
  .subarray(
    [
      ['name', '"Mine"'],
      ['base_url', "'http://localhost:9/v1'"],
      ['env_key', '"OPENAI_API_KEY"'],
      ['requires_openai_auth', 'true'],
      ['stream_max_retries', '7'],
      ['query_params', '{ v = "1" }'],
    ] as const,
    { minLength: 1 },
  )
  .chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }));

const isForeignKey = (key: string): boolean => key === 'stream_max_retries' || key === 'query_params';

const lines = (prefix: string, pairs: ReadonlyArray<readonly [string, string]>): Fragment[] =>
  pairs.map(([key, raw]) => (isForeignKey(key) ? foreign : own)(`${prefix}${key} = ${raw}\n`));

const braces = (pairs: ReadonlyArray<readonly [string, string]>): Fragment[] => [
  foreign('{'),
  ...pairs.flatMap(([key, raw], index) => [
    own(index === 0 ? ' ' : ', '),
    (isForeignKey(key) ? foreign : own)(`${key} = ${raw}`),
  ]),
  foreign(' }'),
];

const OTHER = 'other = { name = "Other", base_url = "http://localhost:1/v1" }';

/** Where the providers stand: `head` must be above the first table, `tables` below the top. */
const providers: fc.Arbitrary<{ head: Fragment[]; tables: Fragment[] }> = entries.chain((pairs) =>
  fc.constantFrom(
    { head: [], tables: [] },
    { head: [], tables: [foreign(`[model_providers.other]\nname = "Other"\n`)] },
    { head: [foreign(`model_providers = { ${OTHER}`), foreign(' }\n')], tables: [] },
    { head: [foreign('model_providers = {'), foreign('}\n')], tables: [] },
    { head: [foreign('model_providers.other.name = "Other"\n')], tables: [] },
    { head: [], tables: [foreign(`[model_providers]\n${OTHER}\n`)] },
    { head: [], tables: [foreign('[model_providers.gomodel]\n'), ...lines('', pairs)] },
    { head: [], tables: [foreign('  [ model_providers . "gomodel" ] # mine\n'), ...lines('\t', pairs)] },
    {
      head: [],
      tables: [foreign('[model_providers]\n'), ...lines('gomodel.', pairs), foreign(`${OTHER}\n`)],
    },
    {
      head: [],
      tables: [foreign('[model_providers]\ngomodel = '), ...braces(pairs), foreign(' # in braces\n')],
    },
    { head: lines('model_providers.gomodel.', pairs), tables: [] },
    { head: [foreign('model_providers.gomodel = '), ...braces(pairs), foreign('\n')], tables: [] },
    {
      head: [foreign(`model_providers = { ${OTHER}, gomodel = `), ...braces(pairs), foreign(' }\n')],
      tables: [],
    },
    {
      head: [],
      tables: [
        foreign('[model_providers.gomodel]\n'),
        ...lines('', pairs),
        foreign('\n[model_providers.gomodel.http_headers]\nX-A = "1"\n'),
      ],
    },
    {
      head: [],
      tables: [
        foreign('[model_providers.gomodel.env_http_headers]\nX-B = "B"\n'),
        foreign('[model_providers.gomodel]\n'),
        ...lines('', pairs),
      ],
    },
  ),
);

/**
 * Configurations of every form that TOML has for one, valid by construction: comments in all places,
 * dotted and quoted keys, inline tables, arrays of tables, CRLF, byte order marks, no final line break.
 */
export const configText: fc.Arbitrary<GeneratedConfig> = fc
  .record({
    top,
    providers,
    before: table('[projects."/home/a b"]', ['trust_level']),
    middle: fc.option(table('[[hooks]]', ['event', 'x.y'])),
    again: fc.option(table('[[hooks]]', ['event'])),
    after: fc.option(table("[mcp_servers.'a.b']", ['command', 'env.KEY'])),
    end: fc.constantFrom<'cut' | 'kept' | 'blank'>('cut', 'kept', 'blank'),
    lineBreak: fc.constantFrom('\n', '\n', '\r\n'),
    mark: fc.constantFrom('', '', '\uFEFF'),
    isEmpty: fc.integer({ max: 19, min: 0 }).map((dice) => dice === 0),
  })
  .map((parts) => {
    const [one, model, provider, two] = parts.top;
    const fragments = parts.isEmpty
      ? []
      : [
          ...one,
          ...(model ?? []),
          ...parts.providers.head,
          ...(provider ?? []),
          ...two,
          ...parts.before,
          ...parts.providers.tables,
          ...(parts.middle ?? []),
          ...(parts.again ?? []),
          ...(parts.after ?? []),
          ...(parts.end === 'blank' ? [foreign('\n')] : []),
        ];
    const spell = (text: string) => text.replaceAll('\n', parts.lineBreak);
    let text = parts.mark + fragments.map((fragment) => spell(fragment.text)).join('');
    if (parts.end === 'cut') text = text.replace(/\r?\n$/, '');
    const kept = fragments.filter((fragment) => !fragment.own).map((fragment) => spell(fragment.text).trim());
    return { text, foreign: [parts.mark, ...kept].filter((piece) => piece !== '') };
  });
