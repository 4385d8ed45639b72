import type { ReasoningState } from '../ask.ts';
import type { Sealer } from '../seal.ts';

/** Of a thought that its provider does not want back: Anthropic refuses thinking without a signature. */
const UNWANTED: ReasoningState = { dialect: 'chat', data: {} };

/** What signs a thought, and proves when it comes back that the gateway sent it. */
export const sealThought = (
  state: ReasoningState | undefined,
  sealer: Pick<Sealer, 'sealReasoning'>,
): string => sealer.sealReasoning(state ?? UNWANTED);

/** What a signature or the data of a hidden thought holds. */
type OpenedThought =
  | { readonly isOurs: true; readonly state: ReasoningState | undefined }
  /** Anthropic signed it, another gateway, or this one for another model. */
  | { readonly isOurs: false };

export const openThought = (signature: string, sealer: Pick<Sealer, 'openReasoning'>): OpenedThought => {
  const state = sealer.openReasoning(signature);
  if (state === undefined) return { isOurs: false };
  return { isOurs: true, state: Object.keys(state.data).length === 0 ? undefined : state };
};
