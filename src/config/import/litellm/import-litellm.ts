import { isObject, type JsonObject } from '../../../base/json-object.ts';
import { parseYaml } from '../../file/parse-yaml.ts';
import type { Imported } from '../remark.ts';
import { createTakenTree } from '../taken-tree.ts';
import { writeConfig } from '../write-config.ts';
import { nameProviders } from './name-providers.ts';
import { readDeployments } from './read-deployments.ts';
import { LITELLM_REMARKS } from './remarks.ts';
import { writeRoutes } from './write-routes.ts';
import { writeSettings } from './write-settings.ts';

const withModels = (
  section: Readonly<Record<string, JsonObject>>,
  models: ReadonlyMap<string, readonly JsonObject[]>,
): JsonObject =>
  Object.fromEntries(
    Object.entries(section).map(([id, entry]) => {
      const known = models.get(id) ?? [];
      const short = known.map((model) => (Object.keys(model).length === 1 ? model.id : model));
      // A provider that stands there without a word of its own is configured by the environment.
      return [id, { ...entry, ...(known.length > 0 && { models: short }) }];
    }),
  );

/**
 * LiteLLM's `config.yaml` in our form.
 * @param name as messages call the file
 * @throws GatewayError invalid_config where it is not YAML, too large, or cannot be a configuration here
 * @see https://docs.litellm.ai/docs/proxy/config_settings
 */
export const importLitellm = (text: string, name: string): Imported => {
  const { content, locate, refuse } = parseYaml(text, name);
  if (!isObject(content))
    return refuse([], 'it is not a configuration of LiteLLM, which has sections such as model_list');
  const tree = createTakenTree(content, locate);
  const deployments = readDeployments(tree);
  const providers = nameProviders(deployments, tree);
  const { aliases, defaultProvider, limits, models } = writeRoutes(deployments, providers, tree);
  const { server, logging, metrics, failover, budgets } = writeSettings(tree);
  const result = writeConfig({
    ...(defaultProvider !== undefined && { default_provider: defaultProvider }),
    providers: withModels(providers.section, models),
    aliases,
    failover,
    rate_limits: { providers: limits },
    budgets,
    server,
    logging,
    metrics,
  });
  return {
    ...result,
    remarks: tree.finish((setting) =>
      Object.hasOwn(LITELLM_REMARKS, setting) ? LITELLM_REMARKS[setting] : undefined,
    ),
  };
};
