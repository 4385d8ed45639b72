import type { Ask, JsonObject } from '../ask.ts';
import type { GeminiModel } from './read-model.ts';
import { writeThinking } from './write-thinking.ts';

/** The gateway ends an answer at the ones after these. */
export const MAX_STOP_SEQUENCES = 5;

const writeFormat = ({ format }: Ask): JsonObject => {
  if (format === undefined) return {};
  return {
    responseMimeType: 'application/json',
    ...(format.kind === 'schema' && { responseJsonSchema: format.schema }),
  };
};

/** The member `generationConfig`. */
export const writeGeneration = (ask: Ask, model: GeminiModel, lose: (what: string) => void): JsonObject => {
  const { maxOutputTokens, temperature, topP, stop = [] } = ask;
  if (ask.verbosity !== undefined && ask.verbosity !== 'medium') lose(`verbosity ${ask.verbosity}`);
  if (ask.user !== undefined) lose('user');
  const generationConfig = {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop.length > 0 && { stopSequences: stop.slice(0, MAX_STOP_SEQUENCES) }),
    ...writeFormat(ask),
    ...writeThinking(ask, model, lose),
  };
  return Object.keys(generationConfig).length === 0 ? {} : { generationConfig };
};
