import { isObject, type JsonObject, objectsOf } from '../../base/json-object.ts';

/** Most answers have a handful; beyond it nothing is added. */
const MAX_QUERIES = 1_000;

/** Gemini 3 and newer charge for each query, older models for each grounded prompt. */
const FIRST_BY_QUERY = 3;
const GENERATION = /^(?:models\/)?gemini-(\d+)/;

const isChargedByPrompt = (model: string | undefined): boolean => {
  const [, generation] = GENERATION.exec(model ?? '') ?? [];
  return generation !== undefined && Number(generation) < FIRST_BY_QUERY;
};

/**
 * Counts the searches that Google charges for: distinct queries that are not empty, or prompts.
 * @see https://ai.google.dev/gemini-api/docs/google-search#pricing
 */
export const createGroundingCounter = () => {
  const queries = new Set<string>();
  return {
    see: (chunk: JsonObject): void => {
      for (const { groundingMetadata } of objectsOf(chunk.candidates)) {
        const found = isObject(groundingMetadata) ? groundingMetadata.webSearchQueries : undefined;
        for (const query of Array.isArray(found) ? found : []) {
          if (typeof query === 'string' && query.trim() !== '' && queries.size < MAX_QUERIES)
            queries.add(query);
        }
      }
    },
    /** @param model that answered */
    searches: (model: string | undefined): { webSearches?: number } => {
      if (queries.size === 0) return {};
      return { webSearches: isChargedByPrompt(model) ? 1 : queries.size };
    },
  };
};
