import { z } from 'zod';
import { GatewayError } from '../../base/errors.ts';
import { parseJson } from '../../base/json-object.ts';
import type { ModelAlias } from '../../providers/route-model.ts';
import { virtualModels } from '../file/file-schema.ts';
import { mapVirtualModel } from '../file/map-alias.ts';
import type { Sourced } from '../sourced.ts';

/**
 * The names that `VIRTUAL_MODELS` has, a JSON list in GoModel's form.
 * @throws GatewayError invalid_config
 */
export const readVirtualModels = (given: Sourced<string>): ReadonlyMap<string, ModelAlias> => {
  const read = virtualModels.safeParse(parseJson(given.value));
  if (read.success) return new Map(read.data.map((entry) => [entry.source, mapVirtualModel(entry)]));
  throw new GatewayError(
    'invalid_config',
    `${given.origin} is not a JSON list such as [{"source":"smart","targets":[{"model":"openai/gpt-5","weight":2},{"model":"groq/llama"}]}]: ${z.prettifyError(read.error).replaceAll('\n', ' ')}`,
  );
};
