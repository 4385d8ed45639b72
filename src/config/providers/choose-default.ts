import { GatewayError } from '../../base/errors.ts';
import type { ConfiguredProvider } from '../../providers/configured-provider.ts';
import { openaiSpec } from '../../providers/specs/openai.ts';
import type { Sourced } from '../sourced.ts';
import type { SourcedProvider } from './read-providers.ts';

/**
 * The provider of what no rule sends elsewhere: the chosen one, else OpenAI where it has a key, else the
 * first one that can be asked.
 * @param chosen the setting `default_provider`
 * @throws GatewayError invalid_config where the chosen one is not configured
 */
export const chooseDefault = (
  all: readonly SourcedProvider[],
  chosen: Sourced<string> | undefined,
  notices: string[],
): ConfiguredProvider => {
  const byId = (id: string): SourcedProvider | undefined => all.find(({ provider }) => provider.id === id);
  if (chosen) {
    const found = byId(chosen.value);
    if (found) return found.provider;
    const known = all.map(({ provider }) => provider.id).join(', ');
    const message = `${chosen.origin} is "${chosen.value}", which is not configured. Configured: ${known}.`;
    throw new GatewayError('invalid_config', message);
  }
  const openai = byId(openaiSpec.id);
  const able = all.filter(({ isBare }) => !isBare);
  const first = openai && !openai.isBare ? openai : (able[0] ?? openai);
  if (!first) throw new GatewayError('invalid_config', 'No provider is configured.');
  if (first !== openai && able.length > 1) {
    notices.push(
      `A model that no list has goes to ${first.provider.id}. GOMODEL_DEFAULT_PROVIDER chooses another of the ${able.length} providers.`,
    );
  }
  return first.provider;
};
