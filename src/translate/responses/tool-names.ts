import { createHash } from 'node:crypto';

/** A tool as a client of the Responses API names it. */
export interface ClientTool {
  /** Decides what a call of it looks like: `function_call`, `custom_tool_call`, `tool_search_call`. */
  readonly kind: 'function' | 'custom' | 'tool_search';
  readonly name: string;
  readonly namespace?: string;
}

/**
 * Which tool is meant by which name. Providers know functions only, with flat names of the form
 * `[a-zA-Z_][a-zA-Z0-9_-]{0,63}`.
 */
export interface ToolNames {
  /** Always the same for the same tool, so that a provider's cache of the prefix holds. */
  wireOf(tool: ClientTool): string;
  /** The tool that a model means. Total: a name that nobody gave is a function's. */
  toolOf(wireName: string): ClientTool;
  /** Whether a tool has exactly this name. */
  isDeclared(wireName: string): boolean;
}

const MAX_LENGTH = 64;
const HASH_LENGTH = 8;

const keyOf = ({ kind, name, namespace }: ClientTool): string =>
  JSON.stringify([kind === 'custom', namespace ?? '', name]);

/** Codex's namespaces of MCP servers end in the separator already. */
const flatten = ({ name, namespace }: ClientTool): string => {
  if (namespace === undefined || namespace === '') return name;
  return `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`;
};

const cleanName = (name: string): string => {
  const clean = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
  return /^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`;
};

const withHash = (name: string, key: string): string => {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}_${hash}`;
};

const MARK = /<\|[^|<>]*\|?>?/;

/**
 * What may be meant by a name in which the marks of a model's own format were left, from the least that is
 * taken off to the most: `exec<|channel|>commentary`, `commentary to=functions.exec`, `functions.exec:0`.
 * @see https://cookbook.openai.com/articles/openai-harmony (recipients of a call)
 */
const withoutMarks = (name: string): string[] => {
  const pieces = name
    .split(MARK)
    .flatMap((piece) => /(?:^|\s)to=(\S+)/.exec(piece)?.[1] ?? piece.trim())
    .filter((piece) => piece !== '');
  return pieces.flatMap((piece) => {
    const bare = piece.replace(/^functions?[.:]/, '');
    return [piece, bare, piece.replace(/:\d+$/, ''), bare.replace(/:\d+$/, '')];
  });
};

export const createToolNames = (): ToolNames => {
  const wireNames = new Map<string, string>();
  const tools = new Map<string, ClientTool>();

  /** Models also write `functions.exec`, or leave the namespace out. */
  const guess = (wireName: string): ClientTool | undefined => {
    const dotted = tools.get(cleanName(wireName.replaceAll('.', '__')));
    if (dotted !== undefined) return dotted;
    const alike = [...tools.values()].filter(({ name }) => name === wireName);
    return alike.length === 1 ? alike[0] : undefined;
  };

  return {
    wireOf: (tool) => {
      const key = keyOf(tool);
      const known = wireNames.get(key);
      if (known !== undefined) return known;
      const flat = flatten(tool);
      const clean = cleanName(flat);
      const fits = clean === flat && clean.length <= MAX_LENGTH && !tools.has(clean);
      const wireName = fits ? clean : withHash(clean, key);
      wireNames.set(key, wireName);
      tools.set(wireName, tool);
      return wireName;
    },
    toolOf: (wireName) => {
      for (const name of [wireName, ...withoutMarks(wireName)]) {
        const tool = tools.get(name) ?? guess(name);
        if (tool !== undefined) return tool;
      }
      return { kind: 'function', name: wireName };
    },
    isDeclared: (wireName) => tools.has(wireName),
  };
};
