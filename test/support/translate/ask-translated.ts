import type { DialectSpec, Translate, Translation } from '../../../src/translate/translation.ts';
import { type CheckedStream, checkGrammar } from './check-grammar.ts';

interface AskTranslatedInput {
  readonly translate: Translate;
  readonly spec: DialectSpec;
  /** The provider's base URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  /** `/responses` unless told. */
  readonly path?: string;
  /** A request of the Responses API. */
  readonly request: Readonly<Record<string, unknown>>;
}

interface TranslatedAnswer extends CheckedStream {
  readonly losses: readonly string[];
  readonly body: string;
}

const send = async (
  { translate, spec, url, headers, model, path = '/responses', request }: AskTranslatedInput,
  stream: boolean,
): Promise<{ translation: Translation; status: number; body: string }> => {
  const body = Buffer.from(JSON.stringify({ ...request, stream }));
  const translation = translate({ api: 'responses', path, body, model, spec });
  const response = await fetch(`${url}${translation.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, ...translation.headers },
    body: new Uint8Array(translation.body),
  });
  const answer = translation.answer(response.status, response.headers.get('content-type') ?? '');
  const pieces: Buffer[] = [];
  for await (const chunk of response.body ?? []) pieces.push(answer.push(chunk));
  pieces.push(answer.end());
  return { translation, status: response.status, body: Buffer.concat(pieces).toString('utf8') };
};

/**
 * Asks a provider what a client of the Responses API asks, and holds the events that come back to their grammar.
 * @throws Error with the body where the provider refuses
 */
export const askTranslated = async (input: AskTranslatedInput): Promise<TranslatedAnswer> => {
  const { translation, status, body } = await send(input, true);
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return { ...checkGrammar(body), losses: translation.losses, body };
};

/** The same without a stream. @returns the status and the JSON body, refusals as well */
export const askTranslatedJson = async (
  input: AskTranslatedInput,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const { status, body } = await send(input, false);
  return { status, body: JSON.parse(body) as Record<string, unknown> };
};
