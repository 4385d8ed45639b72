import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { AnswerTranslation, Translation } from '../../translate/translation.ts';
import { tellLosses } from './tell-losses.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** What described the provider's bytes does not describe the client's. */
const OF_THE_BODY = new Set(['content-type', 'content-length', 'content-encoding', 'content-md5', 'etag']);

/** A header field holds no more than printable ASCII; what losses are called comes from requests. */
const quoted = (text: string): string => `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, "'")}"`;

/** `anthropic`, or `anthropic; lost="web_search tool, file in a message"`. */
export const translationField = ({ dialect, losses }: Pick<Translation, 'dialect' | 'losses'>): string =>
  losses.length === 0 ? dialect : `${dialect}; lost=${quoted(tellLosses(losses).join(', '))}`;

const translateHeaders = (
  message: IncomingMessage,
  added: Readonly<Record<string, string>>,
): { headers: IncomingHttpHeaders; rawHeaders: string[] } => {
  const headers: IncomingHttpHeaders = {};
  for (const name in message.headers) if (!OF_THE_BODY.has(name)) headers[name] = message.headers[name];
  const rawHeaders: string[] = [];
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    const name = message.rawHeaders[index] as string;
    if (!OF_THE_BODY.has(name.toLowerCase())) rawHeaders.push(name, message.rawHeaders[index + 1] as string);
  }
  return { headers: { ...headers, ...added }, rawHeaders: rawHeaders.concat(...Object.entries(added)) };
};

/**
 * An answer whose bytes are translated as they arrive. A reader that is slow holds the provider back; an
 * answer that is cut off ends as a cut one, with what was translated until then and no last word.
 */
class TranslatedAnswer extends Readable implements UpstreamAnswer {
  readonly statusCode: number | undefined;
  readonly statusMessage: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly ownLines: readonly string[];
  complete = false;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, bytes: AnswerTranslation, field: string) {
    super();
    this.#message = message;
    this.statusCode = message.statusCode;
    this.statusMessage = message.statusMessage;
    const added = { 'content-type': bytes.contentType };
    this.ownLines = ['x-gomodel-translation', field];
    const { headers, rawHeaders } = translateHeaders(message, added);
    this.headers = { ...headers, 'x-gomodel-translation': field };
    this.rawHeaders = rawHeaders;

    message.on('data', (chunk: Buffer) => {
      if (!this.#say(() => bytes.push(chunk))) message.pause();
    });
    message.once('end', () => {
      if (!message.complete || this.destroyed) return;
      this.#say(() => bytes.end());
      if (this.destroyed) return;
      this.complete = true;
      this.push(null);
    });
    const onBroken = (): void => {
      if (!this.complete) this.destroy();
    };
    message.once('error', onBroken);
    message.once('close', onBroken);
  }

  /** @returns false where the reader is slow */
  #say(translate: () => Buffer): boolean {
    try {
      const translated = translate();
      return translated.length === 0 || this.push(translated);
    } catch (error) {
      // A mistake of the gateway's own ends this answer, and not those of all others.
      this.destroy(error instanceof Error ? error : undefined);
      return false;
    }
  }

  override _read(): void {
    this.#message.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#message.destroy();
    done(error);
  }
}

/** The provider's answer in the API that the client speaks. */
export const translateAnswer = (message: IncomingMessage, translation: Translation): UpstreamAnswer => {
  const { statusCode = 502, headers } = message;
  const bytes = translation.answer(statusCode, headers['content-type'] ?? '');
  return new TranslatedAnswer(message, bytes, translationField(translation));
};
