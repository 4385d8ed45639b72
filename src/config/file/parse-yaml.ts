import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { GatewayError } from '../../base/errors.ts';

export type Path = ReadonlyArray<PropertyKey>;
/** The place of a member: `gomodel.yaml:12`. */
export type Locate = (path: Path) => string;

export interface ParsedYaml {
  /** Objects, lists and scalars. */
  readonly content: unknown;
  readonly locate: Locate;
  /** @throws GatewayError invalid_config with the member's line and column */
  refuse(path: Path, message: string): never;
}

/** Replaces a scalar's text. @throws what `refuse` throws */
export type Replace = (text: string, refuse: (problem: string) => never) => string;

/** With more, the library's own checks of hostile input would take longer than a second. */
const MAX_BYTES = 64 * 1024;

/** A message may hold a key of the file: a terminal must not obey it. */
const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');

/** The library compares each key with all others: that takes 20 s for 50,000 of them. */
const findRepeatedKey = ({ items }: YAMLMap): Node | undefined => {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    // As members of an object, 7 and "7" are the same.
    const name = String(key.value);
    if (seen.has(name)) return key;
    seen.add(name);
  }
  return undefined;
};

/** The language has its own use for it: what it names would be passed over in silence. */
const findForbiddenKey = ({ items }: YAMLMap): Node | undefined => {
  const keys = items.map(({ key }) => key).filter((key) => isScalar(key));
  return keys.find(({ value }) => value === '__proto__');
};

/** Finds nodes by their paths; each map is looked through once, however many of its members are asked for. */
const placesIn = (document: Document, lines: LineCounter) => {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const indexOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = indexes.get(map);
    if (known) return known;
    const scalars = map.items.flatMap((pair) =>
      isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [],
    );
    const index = new Map(scalars);
    indexes.set(map, index);
    return index;
  };
  const memberOf = (node: unknown, key: PropertyKey): unknown => {
    if (isMap(node)) return indexOf(node).get(String(key))?.value;
    return isSeq(node) ? node.items[Number(key)] : undefined;
  };
  const nodeAt = (path: Path): unknown =>
    path.reduce<unknown>((node, key) => memberOf(node, key), document.contents);
  const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
  /** Of the key, where the path names a member; else of what is there. */
  const offsetOf = (path: Path): number => {
    const parent = nodeAt(path.slice(0, -1));
    const key = isMap(parent) ? indexOf(parent).get(String(path.at(-1)))?.key : undefined;
    return startOf(key) ?? startOf(nodeAt(path)) ?? startOf(parent) ?? 0;
  };
  return { offsetOf, lineOf: (path: Path) => lines.linePos(offsetOf(path)).line };
};

/**
 * Reads YAML 1.2 in bounded time: limited in size, in nesting (by the stack) and in references.
 * @param name as messages call the file
 * @param replace what scalars that are not keys become
 * @throws GatewayError invalid_config with the file's name, the line and the column
 */
export const parseYaml = (text: string, name: string, replace: Replace = (value) => value): ParsedYaml => {
  const lines = new LineCounter();
  const refuseAt = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new GatewayError('invalid_config', `${name}:${line || 1}:${col || 1}: ${visible(message)}.`);
  };
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new GatewayError('invalid_config', `${name} is larger than ${MAX_BYTES / 1024} KB.`);
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const [error] = document.errors;
    if (error) refuseAt(error.pos[0], error.message.replace(/\.$/, ''));
    visit(document, {
      Map: (_key, node) => {
        const repeated = findRepeatedKey(node);
        if (repeated) refuseAt(repeated.range?.[0] ?? 0, 'Map keys must be unique');
        const forbidden = findForbiddenKey(node);
        if (forbidden) refuseAt(forbidden.range?.[0] ?? 0, '__proto__ cannot be a name');
      },
      Scalar: (key, node) => {
        if (key === 'key') return;
        // A key that looks like a number is none: 007 is not 7.
        if (typeof node.value === 'number' && node.source !== String(node.value)) node.value = node.source;
        if (typeof node.value !== 'string') return;
        node.value = replace(node.value, (problem) => refuseAt(node.range?.[0] ?? 0, problem));
      },
    });
    const { offsetOf, lineOf } = placesIn(document, lines);
    return {
      content: document.toJS(),
      locate: (path) => `${name}:${lineOf(path)}`,
      refuse: (path, message) => refuseAt(offsetOf(path), message),
    };
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    if (cause instanceof RangeError) return refuseAt(0, 'it is nested too deeply');
    // References of references could fill the memory: there the library stops.
    return refuseAt(0, cause instanceof Error ? cause.message : String(cause));
  }
};
