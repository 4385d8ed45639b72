/** What of a model's name decides how it is asked. */
export interface GeminiModel {
  /** `3`, `2.5`; undefined if the name tells none (Gemma, tuned models). */
  readonly generation: number | undefined;
  /** From Gemini 3 on: thinking levels, ids of calls, images in results, signatures that must come back. */
  readonly isModern: boolean;
  readonly name: string;
}

const LATEST_IS_AT_LEAST = 3;

/** @param model with or without `models/` */
export const readModel = (model: string): GeminiModel => {
  const name = model.replace(/^models\//, '').toLowerCase();
  const [, version] = /^gemini-(\d+(?:\.\d+)?)/.exec(name) ?? [];
  const isLatest = /^gemini-.*-latest$/.test(name) && version === undefined;
  const generation = version === undefined ? (isLatest ? LATEST_IS_AT_LEAST : undefined) : Number(version);
  return { name, generation, isModern: generation !== undefined && generation >= 3 };
};

/**
 * @returns the path below the base URL
 * @see https://ai.google.dev/api/generate-content
 */
export const methodPath = (model: string, stream: boolean): string => {
  const [, collection = 'models', id = model] = /^(models|tunedModels)\/(.+)$/.exec(model) ?? [];
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return `/${collection}/${encodeURIComponent(id)}:${method}`;
};
