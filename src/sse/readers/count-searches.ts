import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { Usage } from '../answer-summary.ts';

/** Searches that the items of an OpenAI answer tell of. */
interface SearchCounts {
  readonly web: number;
  readonly file: number;
}

/**
 * What an item of the output adds to the bill. Pages that are opened or looked through are paid for by their tokens
 * alone; a search that failed is not charged.
 * @see https://platform.openai.com/docs/guides/tools-web-search#output-and-citations
 */
const billedSearch = (item: JsonObject): keyof SearchCounts | undefined => {
  if (item.status !== undefined && item.status !== 'completed') return undefined;
  if (item.type === 'file_search_call') return 'file';
  if (item.type !== 'web_search_call') return undefined;
  const action = isObject(item.action) ? item.action.type : undefined;
  return action === undefined || action === 'search' ? 'web' : undefined;
};

/** Tools that OpenAI runs and charges for apart: pictures by a model of their own, containers by their time. */
const CHARGED_APART: ReadonlyMap<unknown, string> = new Map([
  ['image_generation_call', 'image_generation'],
  ['code_interpreter_call', 'code_interpreter'],
]);

/** Whether an answer's tools are those of before `web_search`, whose prices differ. */
const hasPreviewTool = (tools: unknown): boolean =>
  objectsOf(tools).some(({ type }) => typeof type === 'string' && type.startsWith('web_search_preview'));

/**
 * Adds the searches that items tell of, where the usage itself states none.
 * @param tools that the answer says it was given
 */
export const addSearches = (usage: Usage, { web, file }: SearchCounts, tools: unknown): Usage => ({
  ...usage,
  ...(web > 0 &&
    usage.webSearches === undefined && {
      webSearches: web,
      ...(hasPreviewTool(tools) && { previewWebSearches: web }),
    }),
  ...(file > 0 && usage.fileSearches === undefined && { fileSearches: file }),
});

/** Counts items by their ids, or else their places: both a stream's events and its end may tell of one. */
export const createSearchCounter = () => {
  const found = new Map<unknown, keyof SearchCounts>();
  const apart = new Set<string>();
  return {
    see: (place: unknown, item: JsonObject): void => {
      const tool = CHARGED_APART.get(item.type);
      if (tool !== undefined && item.status !== 'failed') apart.add(tool);
      const key = nonEmptyString(item.id) ?? place;
      const kind = billedSearch(item);
      if (kind === undefined) found.delete(key);
      else found.set(key, kind);
    },
    /** Names of tools that cost something that the usage does not tell. */
    chargedApart: (): readonly string[] => [...apart],
    counts: (): SearchCounts => {
      const kinds = [...found.values()];
      return {
        web: kinds.filter((kind) => kind === 'web').length,
        file: kinds.filter((kind) => kind === 'file').length,
      };
    },
  };
};

/** OpenAI's chat models that search before each answer, and say so in their names alone. */
const SEARCHING_MODEL = /-search-(?:preview|api)(?:-\d{4}-\d{2}-\d{2})?$/;

/**
 * The search of a chat completion by a model that always searches, once a request.
 * @see https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat
 */
export const addSearchOfModel = (usage: Usage, model: string | undefined): Usage =>
  usage.webSearches === undefined && SEARCHING_MODEL.test(model ?? '') ? { ...usage, webSearches: 1 } : usage;
