import { NOT_FOR_TEXT } from '../../codex/catalog/to-served-models.ts';
import type { ListedModel } from '../../providers/provider-spec.ts';

/** What providers call their small models, which cost the least. */
const SMALL = /mini|nano|flash|lite|haiku|small|instant|fast|[^\d](?:[1-9]|1\d)b\b/i;

/**
 * The model of a tiny request: one that the user named, else one that seems to be small.
 * @param models the configured ones first
 */
export const chooseModel = (models: readonly ListedModel[], configured: number): string | undefined => {
  const answering = models.filter(({ id }) => !NOT_FOR_TEXT.test(id));
  const named = configured > 0 ? models[0] : undefined;
  return (named ?? answering.find(({ id }) => SMALL.test(id)) ?? answering[0])?.id;
};
