import { admitSources } from '../admit-sources.ts';
import { type ConfigSources, variableOf } from '../read-setting.ts';

/**
 * Adds the names of `VIRTUAL_MODELS` to what a configuration is read from. What checks them takes a tenth of a second
 * to load, and most users have none.
 * @throws GatewayError invalid_config
 */
export const addVirtualModels = async <Sources extends ConfigSources>(given: Sources): Promise<Sources> => {
  const { sources } = admitSources(given);
  for (const { value, ...from } of variableOf('VIRTUAL_MODELS', sources)) {
    if (value === undefined || value.trim() === '') continue;
    const { readVirtualModels } = await import('./read-virtual-models.ts');
    return { ...given, virtualModels: readVirtualModels({ value, ...from }) };
  }
  return given;
};
