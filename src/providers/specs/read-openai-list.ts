import { isObject, nonEmptyString, objectsOf } from '../../sse/json-object.ts';
import type { ListedModel } from '../provider-spec.ts';

/**
 * Reads `{"data":[{"id":…}]}`, OpenAI's form, which most others took over.
 * @param factsOf what one entry says beside its id
 */
export const readOpenAiList =
  (factsOf: (entry: Readonly<Record<string, unknown>>) => Omit<ListedModel, 'id'> = () => ({})) =>
  (answer: unknown): readonly ListedModel[] | undefined => {
    if (!isObject(answer) || !Array.isArray(answer.data)) return undefined;
    return objectsOf(answer.data).flatMap((entry) => {
      const id = nonEmptyString(entry.id);
      return id === undefined ? [] : [{ id, ...factsOf(entry) }];
    });
  };
