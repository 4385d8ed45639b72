import { ALL_SPECS } from '../../providers/all-specs.ts';
import type { ConfiguredProvider } from '../../providers/configured-provider.ts';
import type { ModelAlias } from '../../providers/route-model.ts';

/** An alias of a provider that is not configured would go to the default one, under a strange name. */
export const unknownTargets = (
  aliases: ReadonlyMap<string, ModelAlias>,
  providers: readonly ConfiguredProvider[],
): readonly string[] => {
  // What looks like a provider may be the owner of a model there.
  if (providers.some(({ spec }) => spec.slashedNames)) return [];
  const configured = new Set(providers.map(({ id }) => id));
  const kinds = new Set(ALL_SPECS.map(({ id }) => id));
  return [...aliases].flatMap(([name, { model, fallbacks, targets = [] }]) =>
    [...(targets.length > 0 ? targets.map((target) => target.model) : [model]), ...fallbacks].flatMap(
      (target) => {
        const [prefix = ''] = target.split('/', 1);
        const isMissing = prefix !== target && kinds.has(prefix) && !configured.has(prefix);
        return isMissing ? [`The alias ${name} names ${target}, and ${prefix} is not configured.`] : [];
      },
    ),
  );
};
