import { GatewayError } from '../../base/errors.ts';
import { fetchGateway } from '../../base/fetch-gateway.ts';
import { isObject, nonEmptyString, objectsOf } from '../../base/json-object.ts';
import type { ServedModel } from './extend-catalog.ts';
import { NOT_FOR_TEXT } from './to-served-models.ts';

const TIMEOUT_MS = 5_000;

/**
 * Asks a gateway which models it serves. OpenAI's own are not listed: Codex lists those of them that
 * it was made for.
 * @param baseUrl with `/v1`
 * @throws GatewayError command_failed with the reason
 */
export const listServedModels = async (
  baseUrl: string,
  key: string | undefined,
): Promise<readonly ServedModel[]> => {
  try {
    const response = await fetchGateway(`${baseUrl}/models`, {
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const answer: unknown = await response.json();
    if (!isObject(answer) || !Array.isArray(answer.data)) throw new Error('what it answered is none');
    return objectsOf(answer.data).flatMap((model) => {
      const id = nonEmptyString(model.id);
      if (id === undefined || NOT_FOR_TEXT.test(id)) return [];
      return [
        {
          id,
          listed: !/^(openai|system)/.test(nonEmptyString(model.owned_by) ?? ''),
          contextWindow: typeof model.context_window === 'number' ? model.context_window : undefined,
          inputModalities: Array.isArray(model.input_modalities) ? model.input_modalities : undefined,
        },
      ];
    });
  } catch (cause) {
    throw new GatewayError(
      'command_failed',
      `${baseUrl}/models gave no list of models: ${reasonOf(cause)}.`,
      { cause },
    );
  }
};

/** `fetch` says "fetch failed", and its cause says why. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};
