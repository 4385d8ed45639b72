import type { CatalogModel } from './load-catalog.ts';

/** A model that the gateway serves. */
export interface ServedModel {
  readonly id: string;
  /** Shown in Codex's own list of models to choose from. */
  readonly listed: boolean;
}

/** Behind the models that Codex brings along. */
const FIRST_PRIORITY = 1000;

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
 * @param catalog at least one model
 */
export const extendCatalog = (
  catalog: readonly CatalogModel[],
  served: readonly ServedModel[],
): readonly CatalogModel[] => {
  const known = new Set(catalog.map(({ slug }) => slug));
  const pattern = catalog.findLast(
    (model) => model.use_responses_lite !== true && model.visibility === 'list',
  );
  const shared = Object.entries(pattern ?? catalog[0] ?? {}).filter(([key]) => !UNSHARED.includes(key));
  const unknown = served.filter(
    ({ id }, index) => !known.has(id) && served.findIndex((other) => other.id === id) === index,
  );
  return [
    ...catalog,
    ...unknown.map(({ id, listed }, index) => ({
      ...Object.fromEntries(shared),
      ...MODEST,
      slug: id,
      display_name: id,
      visibility: listed ? 'list' : 'hide',
      priority: FIRST_PRIORITY + index,
    })),
  ];
};
