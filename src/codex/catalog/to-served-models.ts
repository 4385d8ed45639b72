import type { JoinedModel } from '../../providers/joined-models.ts';
import type { ServedModel } from './extend-catalog.ts';

/** Models that answer with something else than text, by the names that providers give them. */
export const NOT_FOR_TEXT =
  /embed|whisper|tts|dall-e|image|moderation|realtime|audio|transcribe|speech|sora|video|rerank|babbage|davinci/i;

/** Where nobody knows: to compact early costs a little, to compact too late ends the session. */
const ASSUMED_CONTEXT_WINDOW = 128_000;

/** Each entry may have 20 KB of instructions, and Codex asks for all of them at every start. */
export const MAX_MODELS = 150;

/** More than these are no list to choose from. */
const MAX_LISTED_OF_ONE = 40;

/**
 * What Codex's catalog lacks: the models of providers that do not speak Responses, and aliases. Those that
 * the user named come first, since not all may be told.
 */
export const toServedModels = (models: readonly JoinedModel[]): readonly ServedModel[] => {
  const told = models.filter(
    ({ isNative, isAlias, upstreamModel }) => (isAlias || !isNative) && !NOT_FOR_TEXT.test(upstreamModel),
  );
  const isNamed = ({ isAlias, isConfigured }: JoinedModel): boolean => isAlias || isConfigured;
  const sizes = new Map<string, number>();
  for (const { provider } of told) sizes.set(provider, (sizes.get(provider) ?? 0) + 1);
  return [...told.filter(isNamed), ...told.filter((model) => !isNamed(model))]
    .slice(0, MAX_MODELS)
    .map((model) => ({
      id: model.name,
      listed: isNamed(model) || (sizes.get(model.provider) ?? 0) <= MAX_LISTED_OF_ONE,
      contextWindow: model.contextWindow ?? ASSUMED_CONTEXT_WINDOW,
      inputModalities: model.inputModalities,
      sameAs: model.isNative ? model.upstreamModel : undefined,
    }));
};
