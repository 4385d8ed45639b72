import { createHash } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 8);

/** Without what differs from run to run: ids, times, ports, folders, the version itself. */
const withoutChance = (text: string, version: string): string =>
  text
    .replaceAll(version, 'VERSION')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, 'UUID')
    .replace(/\b[0-9a-f]{32,64}\b/g, 'HEX')
    .replace(/\b(?:127\.0\.0\.1|localhost):\d+/g, 'HOST')
    .replace(/\b\d{9,}\b/g, 'NUMBER')
    .replace(/\/[\w./-]*gomodel-codex-\w+\/(?:work|home|codex)\b/g, 'FOLDER');

/** Of these the values say nothing: they are made for one connection or one body. */
const BY_NAME_ALONE = new Set([
  'content-length',
  'sec-websocket-key',
  'authorization',
  'x-codex-turn-metadata',
  'if-none-match',
]);

/** @param rawHeaders name, value, name, value… */
export const headerFacts = (rawHeaders: readonly string[], version: string): readonly string[] =>
  rawHeaders.flatMap((name, place) => {
    if (place % 2 === 1) return [];
    const value = withoutChance(rawHeaders[place + 1] ?? '', version);
    const lower = name.toLowerCase();
    const keys =
      lower === 'x-codex-turn-metadata' ? pathsOf(JSON.parse(rawHeaders[place + 1] ?? '{}'), lower) : [];
    const members = keys.map((path) => withoutChance(path, version));
    return [`header ${lower}${BY_NAME_ALONE.has(lower) ? '' : `: ${value}`}`, ...members];
  });

/** The paths of all members, lists left out: what they hold is told apart. */
const pathsOf = (value: unknown, path: string): readonly string[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, member]) => pathsOf(member, `${path}.${name}`))
    : [`member ${path}`];

const toolFacts = (tools: unknown, where: string): readonly string[] =>
  objectsOf(tools).flatMap((tool) => {
    const { type, name = '', tools: inner, ...rest } = tool;
    const own = `${where} ${String(type)} ${String(name)}`.trim();
    return [`tool ${own} #${digest(rest)}`, ...toolFacts(inner, own)];
  });

/** What is fixed text in a request: one digest for each message that Codex writes itself. */
const itemFacts = (input: unknown): readonly string[] =>
  objectsOf(input).flatMap((item, place) => {
    const kind = [item.type, item.role].filter(Boolean).join(' ');
    return [`item ${place + 1} ${kind}`, ...toolFacts(item.tools, 'in the input:')];
  });

const SCALARS = [
  'model',
  'tool_choice',
  'parallel_tool_calls',
  'store',
  'stream',
  'include',
  'generate',
  'type',
];

/** The members of a request or a frame, its tools by name and digest, its items by kind. */
export const bodyFacts = (body: Json, version: string): readonly string[] => {
  const { tools, input, ...rest } = body;
  return [
    ...pathsOf(rest, 'body'),
    ...SCALARS.flatMap((name) =>
      name in rest ? [`value body.${name} = ${withoutChance(JSON.stringify(rest[name]), version)}`] : [],
    ),
    ...toolFacts(tools, ''),
    ...itemFacts(input),
  ];
};

/** The models that a version was built with, as `codex debug models` prints them. */
export const modelFacts = (catalog: unknown): readonly string[] =>
  objectsOf(isObject(catalog) ? catalog.models : undefined).flatMap(({ slug, ...model }) => [
    `model ${String(slug)}`,
    ...Object.entries(model).map(([name, value]) => {
      const text = JSON.stringify(value);
      return `model ${String(slug)}.${name} = ${text.length > 80 ? `#${digest(value)}` : text}`;
    }),
  ]);

/** What only one of two lists of facts has, each once and in its order. */
export const compareFacts = (
  old: readonly string[],
  now: readonly string[],
): { readonly gone: readonly string[]; readonly added: readonly string[] } => {
  const [before, after] = [new Set(old), new Set(now)];
  return {
    gone: [...before].filter((fact) => !after.has(fact)),
    added: [...after].filter((fact) => !before.has(fact)),
  };
};
