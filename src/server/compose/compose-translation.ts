import { createHash } from 'node:crypto';
import type { Clock } from '../../base/time/clock.ts';
import type { CountInto, TranslateInto, Unseal } from '../../forward/send/prepare-request.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { createAnthropicSpec } from '../../translate/anthropic/spec.ts';
import type { Dialect } from '../../translate/ask.ts';
import { createChatSpec } from '../../translate/chat/spec.ts';
import { createCountTokens, createTranslate } from '../../translate/create-translate.ts';
import { geminiSpec } from '../../translate/gemini/spec.ts';
import { unsealMessagesBody } from '../../translate/messages/unseal-messages.ts';
import type { ResponseHistory } from '../../translate/response-history.ts';
import { responsesSpec } from '../../translate/responses/spec.ts';
import { createSealer } from '../../translate/seal.ts';
import type { DialectSpec, ModelFacts, TranslateInput } from '../../translate/translation.ts';
import { unsealBody, unsealChatBody } from '../../translate/unseal-body.ts';

export interface TranslationDeps {
  /** As `loadSealingSecret` gives it. */
  readonly sealingSecret: Buffer;
  readonly clock: Clock;
  /** What is known of a model. @param model as its provider names it */
  readonly factsOf: (provider: string, model: string) => ModelFacts;
  readonly history: ResponseHistory;
}

export interface OwnTranslation {
  readonly translateInto: TranslateInto;
  readonly countInto: CountInto;
  readonly unseal: Unseal;
}

const FINGERPRINT_LENGTH = 16;

/** Tells accounts apart without naming the key: two of one provider cannot read each other's ciphers. */
const accountOf = ({ name, baseUrl, credential }: Upstream): string => {
  const key = credential?.kind === 'own' ? credential.value : '';
  const fingerprint = createHash('sha256').update(`${baseUrl.href} ${key}`).digest('hex');
  return `${name}:${fingerprint.slice(0, FINGERPRINT_LENGTH)}`;
};

/** Every API that providers speak beside Responses, and the way into each of them. */
export const composeTranslation = ({
  sealingSecret,
  clock,
  factsOf,
  history,
}: TranslationDeps): OwnTranslation => {
  const create: Readonly<Record<Dialect, (upstream: Upstream) => DialectSpec>> = {
    chat: ({ chat }) => createChatSpec(chat),
    anthropic: () => createAnthropicSpec(),
    gemini: () => geminiSpec,
    responses: () => responsesSpec,
  };
  const specs = new WeakMap<Upstream, DialectSpec>();
  const specOf = (upstream: Upstream, api: TranslateInput['api']): DialectSpec => {
    if (api === 'messages' && upstream.messagesDialect !== undefined) {
      return create[upstream.messagesDialect](upstream);
    }
    const known = specs.get(upstream);
    if (known) return known;
    const spec = create[upstream.dialect ?? 'chat'](upstream);
    specs.set(upstream, spec);
    return spec;
  };
  const sealer = createSealer(sealingSecret);
  const translate = createTranslate({ sealer, clock, history });
  const countTokens = createCountTokens({ sealer, clock });
  const completed = (input: Parameters<TranslateInto>[0], upstream: Upstream): TranslateInput => ({
    ...input,
    spec: specOf(upstream, input.api),
    facts: factsOf(upstream.name, input.model),
    account: accountOf(upstream),
    ...(upstream.promptCaching === false && { promptCaching: false }),
  });
  return {
    translateInto: (input, upstream) => translate(completed(input, upstream)),
    countInto: (input, upstream) => countTokens(completed(input, upstream)),
    unseal: (body, api) => {
      if (api === 'responses') return unsealBody(body, sealer);
      if (api === 'messages') return unsealMessagesBody(body);
      return api === 'chat' ? unsealChatBody(body) : body;
    },
  };
};
