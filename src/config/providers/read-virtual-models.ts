import { z } from 'zod';
import { GatewayError } from '../../base/errors.ts';
import { parseJson } from '../../base/json-object.ts';
import type { ModelAlias } from '../../providers/route-model.ts';
import { virtualModels } from '../file/file-schema.ts';
import { mapVirtualModel } from '../file/map-alias.ts';
import { type ConfigSources, variableOf } from '../read-setting.ts';

const VARIABLE = 'VIRTUAL_MODELS';

/**
 * The names that `VIRTUAL_MODELS` has, a JSON list in GoModel's form; they win over those of the file.
 * @throws GatewayError invalid_config
 */
export const readVirtualModels = (sources: ConfigSources): ReadonlyMap<string, ModelAlias> => {
  const given = variableOf(VARIABLE, sources).find(({ value }) => value !== undefined && value.trim() !== '');
  if (given?.value === undefined) return new Map();
  const read = virtualModels.safeParse(parseJson(given.value));
  if (read.success) return new Map(read.data.map((entry) => [entry.source, mapVirtualModel(entry)]));
  throw new GatewayError(
    'invalid_config',
    `${given.origin} is not a JSON list such as [{"source":"smart","targets":[{"model":"openai/gpt-5","weight":2},{"model":"groq/llama"}]}]: ${z.prettifyError(read.error).replaceAll('\n', ' ')}`,
  );
};
