import { listServedModels } from '../../codex/catalog/list-served-models.ts';
import type { UsableGateway } from '../launch/find-gateway.ts';

/** Codex knows these itself; who serves them is not asked. */
const OWN = /^(?:gpt|codex|o\d)(?:-|$)/;

/** The model that Codex's own arguments choose. */
const chosenModel = (args: readonly string[]): string | undefined => {
  const at = args.findIndex((arg) => arg === '-m' || arg === '--model');
  if (at >= 0) return args[at + 1];
  return args.find((arg) => arg.startsWith('--model='))?.slice('--model='.length);
};

/**
 * What tells Codex how much a model holds that it does not know, where the gateway knows: with a key it asks
 * nobody, assumes much, and would compact too late.
 */
export const contextArguments = async (
  { baseUrl, key }: Pick<UsableGateway, 'baseUrl' | 'key'>,
  args: readonly string[],
): Promise<readonly string[]> => {
  const model = chosenModel(args);
  if (model === undefined || OWN.test(model) || args.some((arg) => arg.includes('model_context_window'))) {
    return [];
  }
  const served = await listServedModels(baseUrl, key).catch(() => []);
  const size = served.find(({ id }) => id === model)?.contextWindow;
  return size === undefined ? [] : ['-c', `model_context_window=${size}`];
};
