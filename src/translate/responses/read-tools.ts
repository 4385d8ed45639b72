import { isObject, type JsonObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import type { AskTool } from '../ask.ts';
import { refuseStores } from './refuse-kept-elsewhere.ts';
import type { ToolNames } from './tool-names.ts';

export interface ToolReader {
  /** Adds a list of the request's: `tools`, those of an `additional_tools` item, those that a search found. */
  add(tools: unknown): void;
  /** In the order in which they came; a tool that came again is the later one in the place of the first. */
  readonly tools: readonly AskTool[];
}

interface ToolReaderDeps {
  readonly names: ToolNames;
  /** Told of each tool that cannot be carried. */
  readonly lose: (what: string) => void;
}

const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };

/** Providers take a schema of type `object` alone. Some clients write it as JSON once more. */
const parametersOf = (given: unknown): JsonObject => {
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (!isObject(value)) return NO_PARAMETERS;
  return value.type === 'object' ? value : { ...value, type: 'object' };
};

const paragraphs = (...texts: ReadonlyArray<string | undefined>): string =>
  texts.filter((text) => text !== undefined && text !== '').join('\n\n');

const INPUT_RULE =
  'Here this tool is a function with one argument: put the raw text, as it is, into the string `input`.';

/** What is said of a custom tool's input, which no JSON schema can say. */
const formatOf = (format: unknown): string | undefined => {
  if (!isObject(format) || format.type !== 'grammar') return undefined;
  const syntax = nonEmptyString(format.syntax) ?? 'lark';
  const definition = nonEmptyString(format.definition) ?? '';
  return `The text of \`input\` must match this grammar (${syntax}):\n\n${definition}`;
};

const SEARCHES = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/;

/** Restrictions are the client's safety: a search that cannot keep them is not made. */
const restrictionOf = (tool: JsonObject): string | undefined => {
  if (tool.external_web_access === false) return 'without access to the web';
  return isObject(tool.filters) && Object.values(tool.filters).some((value) => value !== null)
    ? 'with filters'
    : undefined;
};

export const createToolReader = ({ names, lose }: ToolReaderDeps): ToolReader => {
  const tools: AskTool[] = [];
  const places = new Map<string, number>();

  const put = (key: string, tool: AskTool): void => {
    const place = places.get(key) ?? tools.length;
    places.set(key, place);
    tools[place] = tool;
  };

  const putFunction = (
    tool: Omit<Extract<AskTool, { kind: 'function' }>, 'kind' | 'description'>,
    description: string,
  ): void => put(tool.name, { kind: 'function', ...tool, ...(description !== '' && { description }) });

  const addWebSearch = (tool: JsonObject): void => {
    const restriction = restrictionOf(tool);
    if (restriction !== undefined) {
      lose(`web_search tool ${restriction}`);
      return;
    }
    if (isObject(tool.user_location)) lose('user_location of web_search');
    put('', { kind: 'web_search' });
  };

  const addNamespace = (namespace: JsonObject): void => {
    const name = nonEmptyString(namespace.name) ?? '';
    const description = nonEmptyString(namespace.description);
    // Said once: each tool would repeat what may be a server's long manual.
    const about = description === undefined ? undefined : `Of the tools named ${name}: ${description}`;
    for (const [place, tool] of objectsOf(namespace.tools).entries()) {
      addTool(tool, name, place === 0 ? about : undefined);
    }
  };

  const addTool = (tool: JsonObject, namespace?: string, about?: string): void => {
    const type = nonEmptyString(tool.type) ?? 'function';
    const name = nonEmptyString(tool.name);
    const description = nonEmptyString(tool.description);
    const within = namespace === undefined ? {} : { namespace };
    if (type === 'function' && name !== undefined) {
      const strict = typeof tool.strict === 'boolean' ? { strict: tool.strict } : {};
      const wireName = names.wireOf({ kind: 'function', name, ...within });
      const parameters = parametersOf(tool.parameters);
      putFunction({ name: wireName, parameters, ...strict }, paragraphs(about, description));
    } else if (type === 'custom' && name !== undefined) {
      const wireName = names.wireOf({ kind: 'custom', name, ...within });
      const parameters = {
        type: 'object',
        properties: { input: { type: 'string', description: 'The raw text of the call.' } },
        required: ['input'],
        additionalProperties: false,
      };
      putFunction(
        { name: wireName, parameters },
        paragraphs(about, description, INPUT_RULE, formatOf(tool.format)),
      );
    } else if (type === 'namespace') {
      addNamespace(tool);
    } else if (type === 'tool_search' && tool.execution === 'client') {
      const wireName = names.wireOf({ kind: 'tool_search', name: 'tool_search' });
      putFunction({ name: wireName, parameters: parametersOf(tool.parameters) }, paragraphs(description));
    } else if (SEARCHES.test(type)) {
      addWebSearch(tool);
    } else {
      refuseStores(tool);
      lose(`${type} tool`);
    }
  };

  return {
    add: (list) => {
      for (const tool of objectsOf(list)) addTool(tool);
    },
    tools,
  };
};
