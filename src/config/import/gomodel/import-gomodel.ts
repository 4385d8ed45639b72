import { isObject } from '../../../base/json-object.ts';
import { type Locate, parseYaml } from '../../file/parse-yaml.ts';
import type { Imported, Remark } from '../remark.ts';
import { createTakenTree } from '../taken-tree.ts';
import { writeConfig } from '../write-config.ts';
import { readVariables } from './read-variables.ts';
import { GOMODEL_PROVIDER_REMARKS, GOMODEL_REMARKS } from './remarks.ts';
import { writeBudgets, writeRateLimits } from './write-limits.ts';
import { writeModels } from './write-models.ts';
import { writeProviders } from './write-providers.ts';
import { writeSettings } from './write-settings.ts';

const reasonFor = (setting: string): string | undefined => {
  if (Object.hasOwn(GOMODEL_REMARKS, setting)) return GOMODEL_REMARKS[setting];
  const [section, , member = ''] = setting.split('.');
  const name = member.replace('[]', '');
  return section === 'providers' && Object.hasOwn(GOMODEL_PROVIDER_REMARKS, name)
    ? GOMODEL_PROVIDER_REMARKS[name]
    : undefined;
};

const importDocument = (content: unknown, locate: Locate, more: readonly Remark[]): Imported => {
  const tree = createTakenTree(content, locate);
  const { server, logging, metrics, storage, failover, ...settings } = writeSettings(tree);
  const result = writeConfig({
    ...settings,
    providers: writeProviders(tree),
    ...writeModels(tree),
    failover,
    rate_limits: writeRateLimits(tree),
    budgets: writeBudgets(tree),
    server,
    logging,
    metrics,
    storage,
  });
  return { ...result, remarks: [...tree.finish(reasonFor), ...more] };
};

/**
 * GoModel's `config.yaml` in our form.
 * @param name as messages call the file
 * @throws GatewayError invalid_config where it is not YAML, too large, or cannot be a configuration here
 */
export const importGomodelFile = (text: string, name: string): Imported => {
  const { content, locate, refuse } = parseYaml(text, name);
  if (!isObject(content))
    return refuse([], 'it is not a configuration of GoModel, which has sections such as providers');
  return importDocument(content, locate, []);
};

/** The same of GoModel's variables, as in a `.env` file. */
export const importGomodelVariables = (text: string, name: string): Imported => {
  const { content, locate, remarks } = readVariables(text, name);
  return importDocument(content, locate, remarks);
};
