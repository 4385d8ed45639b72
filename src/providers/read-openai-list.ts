import { isObject, type JsonObject, nonEmptyString, objectsOf } from '../base/json-object.ts';
import type { ListedModel, ListedPrices, Modality } from './provider-spec.ts';

type Facts = Omit<ListedModel, 'id'>;

/** @returns undefined if the value is not a number of tokens */
export const tokensOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;

const MODALITIES: ReadonlySet<unknown> = new Set<Modality>(['text', 'image', 'audio', 'video', 'file']);
const isModality = (value: unknown): value is Modality => MODALITIES.has(value);

/** @returns undefined if the value is not a list of input kinds */
export const modalitiesOf = (value: unknown): readonly Modality[] | undefined => {
  const known = Array.isArray(value) ? value.filter(isModality) : [];
  return known.length > 0 ? known : undefined;
};

const priceOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

/** @returns undefined unless the value has a price for input and one for output */
export const pricesOf = (value: unknown): ListedPrices | undefined => {
  if (!isObject(value)) return undefined;
  const input = priceOf(value.input);
  const output = priceOf(value.output);
  if (input === undefined || output === undefined) return undefined;
  const cachedInput = priceOf(value.cachedInput);
  const cacheWrite = priceOf(value.cacheWrite);
  const reasoning = priceOf(value.reasoning);
  const webSearch = priceOf(value.webSearch);
  const request = priceOf(value.request);
  return {
    input,
    output,
    ...(cachedInput !== undefined && { cachedInput }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
    ...(webSearch !== undefined && { webSearch }),
    ...(request !== undefined && { request }),
  };
};

/** The facts that are known. */
export const factsOf = (said: { readonly [Key in keyof Facts]?: Facts[Key] | undefined }): Facts => ({
  ...(said.contextWindow !== undefined && { contextWindow: said.contextWindow }),
  ...(said.maxOutputTokens !== undefined && { maxOutputTokens: said.maxOutputTokens }),
  ...(said.inputModalities && { inputModalities: said.inputModalities }),
  ...(said.prices && { prices: said.prices }),
});

/**
 * Reads `{"data":[{"id":…}]}`, OpenAI's form, which most others took over.
 * @param readFacts what one entry says beside its id; undefined leaves the entry out
 */
export const readOpenAiList =
  (readFacts: (entry: JsonObject) => Facts | undefined = () => ({})) =>
  (answer: unknown): readonly ListedModel[] | undefined => {
    if (!isObject(answer) || !Array.isArray(answer.data)) return undefined;
    return objectsOf(answer.data).flatMap((entry) => {
      const id = nonEmptyString(entry.id);
      const facts = readFacts(entry);
      return id === undefined || facts === undefined ? [] : [{ id, ...facts }];
    });
  };
