import type { CatalogModel } from './load-catalog.ts';
import { PLAIN_ENTRY } from './plain-entry.ts';

/** A model that the gateway serves. */
export interface ServedModel {
  readonly id: string;
  /** Shown in Codex's own list of models to choose from. */
  readonly listed: boolean;
  /** In tokens: Codex compacts before it is full. */
  readonly contextWindow?: number | undefined;
  readonly inputModalities?: readonly string[] | undefined;
  /** The entry that it is another name of, where the catalog has that. */
  readonly sameAs?: string | undefined;
}

/** Behind the models that Codex brings along. */
const FIRST_PRIORITY = 1000;

/** Codex refuses a catalog that names another kind of input. */
const INPUTS: readonly string[] = ['text', 'image'];

/**
 * What Codex would assume of a model that it does not know: no reasoning levels, no tools that only
 * OpenAI's models were taught, nothing to upgrade to. `null` is "has none" in Codex's catalog.
 */
const MODEST = {
  description: 'Served by the gateway.',
  supported_in_api: true,
  availability_nux: null,
  upgrade: null,
  service_tiers: [],
  additional_speed_tiers: [],
  default_reasoning_level: null,
  supported_reasoning_levels: [],
  support_verbosity: false,
  default_verbosity: null,
  apply_patch_tool_type: null,
  supports_search_tool: false,
  supports_image_detail_original: false,
  use_responses_lite: false,
  experimental_supported_tools: [],
  comp_hash: null,
};
/** Fields that switch on what only the model was made for whose entry is the pattern. */
const UNSHARED: readonly string[] = [
  'default_service_tier',
  'model_specialty',
  'multi_agent_reasoning_effort',
  'multi_agent_version',
  'tool_mode',
];

/**
 * Codex's catalog with an entry for every served model that it lacks. An entry is one of Codex's own
 * made modest, since which fields there must be changes with Codex's versions.
 * @param catalog empty if none is at hand: entries are then the least that Codex takes
 */
export const extendCatalog = (
  catalog: readonly CatalogModel[],
  served: readonly ServedModel[],
): readonly CatalogModel[] => {
  const bySlug = new Map(catalog.map((model) => [model.slug, model]));
  const pattern = catalog.findLast(
    (model) => model.use_responses_lite !== true && model.visibility === 'list',
  );
  const shared = Object.entries(pattern ?? catalog[0] ?? PLAIN_ENTRY).filter(
    ([key]) => !UNSHARED.includes(key),
  );
  const unknown = served.filter(
    ({ id }, index) => !bySlug.has(id) && served.findIndex((other) => other.id === id) === index,
  );
  return [
    ...catalog,
    ...unknown.map((model, index) => ({
      ...(bySlug.get(model.sameAs ?? '') ?? { ...Object.fromEntries(shared), ...MODEST, ...factsOf(model) }),
      slug: model.id,
      display_name: model.id,
      visibility: model.listed ? 'list' : 'hide',
      priority: FIRST_PRIORITY + index,
    })),
  ];
};

/** What is not known stays as the pattern has it. */
const factsOf = ({ contextWindow, inputModalities }: ServedModel) => {
  const inputs = inputModalities?.filter((modality) => INPUTS.includes(modality)) ?? [];
  return {
    ...(contextWindow !== undefined && { context_window: contextWindow, max_context_window: contextWindow }),
    ...(inputs.length > 0 && { input_modalities: inputs }),
  };
};
