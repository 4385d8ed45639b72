import type { z } from 'zod';
import type { ModelAlias } from '../../providers/route-model.ts';
import type { FileShape, virtualModels } from './file-schema.ts';

type AliasShape = NonNullable<FileShape['aliases']>[string];
type VirtualModel = z.infer<typeof virtualModels>[number];

type Targets = NonNullable<VirtualModel['targets']>;

/** The first target is what the name stands for where one alone can be said. */
const mapTargets = (targets: Targets): Pick<ModelAlias, 'model' | 'targets'> => ({
  model: targets[0]?.model ?? '',
  targets: targets.map(({ model, weight = 1 }) => ({ model, weight })),
});

export const mapAlias = (alias: AliasShape): ModelAlias => {
  const { effort, fallbacks = [] } = alias;
  const common = { fallbacks, ...(effort && { effort }) };
  if (!('targets' in alias)) return { ...common, model: alias.model };
  const { targets, strategy } = alias;
  return { ...common, ...mapTargets(targets), ...(strategy && { strategy }) };
};

export const mapVirtualModel = ({ target = '', targets, strategy }: VirtualModel): ModelAlias =>
  targets === undefined
    ? { model: target, fallbacks: [] }
    : { ...mapTargets(targets), fallbacks: [], ...(strategy && { strategy }) };
