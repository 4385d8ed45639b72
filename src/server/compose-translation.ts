import type { Clock } from '../base/clock.ts';
import type { TranslateInto } from '../forward/prepare-request.ts';
import { createAnthropicSpec } from '../translate/anthropic/spec.ts';
import type { Dialect } from '../translate/ask.ts';
import type { ChatQuirks } from '../translate/chat/quirks.ts';
import { createChatSpec } from '../translate/chat/spec.ts';
import { createTranslate } from '../translate/create-translate.ts';
import { geminiSpec } from '../translate/gemini/spec.ts';
import { createSealer } from '../translate/seal.ts';
import type { DialectSpec } from '../translate/translation.ts';

export interface TranslationDeps {
  /** As `loadSealingSecret` gives it. */
  readonly sealingSecret: Buffer;
  readonly clock: Clock;
  /** What an answer of a model may take at most, where that is known. */
  readonly maxTokensOf: (model: string) => number | undefined;
}

/** Every API that providers speak beside Responses, and the way into each of them. */
export const composeTranslation = ({ sealingSecret, clock, maxTokensOf }: TranslationDeps): TranslateInto => {
  const anthropicSpec = createAnthropicSpec({ maxTokensOf });
  const specs: Readonly<Record<Dialect, (quirks: ChatQuirks | undefined) => DialectSpec>> = {
    anthropic: () => anthropicSpec,
    gemini: () => geminiSpec,
    chat: createChatSpec,
  };
  const translate = createTranslate({ sealer: createSealer(sealingSecret), clock });
  return ({ dialect, chat, ...input }) => translate({ ...input, spec: specs[dialect](chat) });
};
