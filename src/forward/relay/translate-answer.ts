import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { decodeByStart } from '../../coding/decode-by-start.ts';
import type { AnswerTranslation, Translation } from '../../translate/translation.ts';
import { drainForReuse } from './drain-for-reuse.ts';
import { tellLosses } from './tell-losses.ts';
import { codingsOf } from './undo-coding.ts';
import { PROVIDER_BYTES, type UpstreamAnswer } from './upstream-answer.ts';

/** What described the provider's bytes does not describe the client's. */
const OF_THE_BODY = new Set(['content-type', 'content-length', 'content-encoding', 'content-md5', 'etag']);

/** A header field holds no more than printable ASCII; what losses are called comes from requests. */
const quoted = (text: string): string => `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, "'")}"`;

/** `anthropic`, or `anthropic; lost="web_search tool, file in a message"; caching="4 cache_control marks"`. */
export const translationField = ({
  dialect,
  losses,
  caching,
}: Pick<Translation, 'dialect' | 'losses' | 'caching'>): string => {
  const lost = losses.length === 0 ? '' : `; lost=${quoted(tellLosses(losses).join(', '))}`;
  return `${dialect}${lost}${caching === undefined ? '' : `; caching=${quoted(caching)}`}`;
};

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

type WholeResult = ReturnType<NonNullable<AnswerTranslation['whole']>['result']>;

/** Of a compressed answer that is decoded whole. */
const MAX_DECODED_BYTES = 64 * 2 ** 20;

/** The provider's bytes without their content coding; it was asked for none, and some compress all the same. */
const decoded = (message: IncomingMessage): Readable => {
  const codings = codingsOf(message.headers['content-encoding']);
  if (codings?.length === 0) return message;
  const decoder = decodeByStart(codings, MAX_DECODED_BYTES);
  message.once('error', (error) => decoder.destroy(error));
  message.once('close', () => {
    if (!message.complete) decoder.destroy();
  });
  return message.pipe(decoder);
};

/**
 * An answer whose bytes are translated as they arrive. A slow reader applies backpressure to the provider. A stream
 * that is cut off also ends early for the client, after what was translated so far. A JSON answer gets its status and
 * headers once all of it has arrived.
 */
class TranslatedAnswer extends Readable implements UpstreamAnswer {
  statusCode: number | undefined;
  statusMessage: string | undefined;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  readonly ownLines: readonly string[];
  complete = false;
  readonly #message: IncomingMessage;
  readonly #source: Readable;
  readonly #bytes: AnswerTranslation;
  readonly #whenKnown: () => void;

  constructor(message: IncomingMessage, bytes: AnswerTranslation, field: string, whenKnown: () => void) {
    super();
    this.#message = message;
    this.#bytes = bytes;
    this.#whenKnown = whenKnown;
    this.statusCode = message.statusCode;
    this.statusMessage = message.statusMessage;
    this.ownLines = ['x-gomodel-translation', field];
    const { headers, rawHeaders } = translateHeaders(message, { 'content-type': bytes.contentType });
    this.headers = { ...headers, 'x-gomodel-translation': field };
    this.rawHeaders = rawHeaders;
    this.#source = decoded(message);
    const source = this.#source;

    source.on('data', (chunk: Buffer) => {
      if (this.complete || this.destroyed) return;
      this.emit(PROVIDER_BYTES);
      if (!this.#say(() => bytes.push(chunk))) source.pause();
      if (bytes.isOver?.() === true) this.#end(undefined);
    });
    source.once('end', () => {
      if (message.complete) this.#end(bytes.end);
    });
    const onBroken = (): void => {
      if (this.complete || this.destroyed) return;
      if (bytes.whole) this.#end(bytes.whole.breakOff);
      else this.destroy();
    };
    source.once('error', onBroken);
    source.once('close', onBroken);
    if (source !== message) message.once('close', () => message.complete || onBroken());
  }

  /** @param rest writes what the client still needs */
  #end(rest: (() => Buffer) | undefined): void {
    if (this.complete || this.destroyed) return;
    if (rest) this.#say(rest);
    if (this.destroyed) return;
    this.complete = true;
    if (this.#bytes.whole) this.#setHead(this.#bytes.whole.result());
    this.push(null);
    if (!this.#message.readableEnded) drainForReuse(this.#message);
    this.#whenKnown();
  }

  #setHead({ status, retryAfterMs, contentType }: WholeResult): void {
    if (status !== this.statusCode) this.statusMessage = '';
    this.statusCode = status;
    if (contentType !== undefined) this.#setContentType(contentType);
    if (status < 400 || retryAfterMs === undefined || 'retry-after' in this.headers) return;
    const seconds = String(Math.ceil(retryAfterMs / 1000));
    this.headers = { ...this.headers, 'retry-after': seconds };
    this.rawHeaders = [...this.rawHeaders, 'retry-after', seconds];
  }

  #setContentType(contentType: string): void {
    this.headers = { ...this.headers, 'content-type': contentType };
    this.rawHeaders = [...this.rawHeaders];
    this.rawHeaders[this.rawHeaders.indexOf('content-type') + 1] = contentType;
  }

  /** @returns false if the reader is slow */
  #say(translate: () => Buffer): boolean {
    try {
      const translated = translate();
      return translated.length === 0 || this.push(translated) || this.#bytes.whole !== undefined;
    } catch (error) {
      // An internal error ends this answer alone.
      this.destroy(error instanceof Error ? error : undefined);
      this.#whenKnown();
      return false;
    }
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.complete) this.#message.destroy();
    done(error);
  }
}

/**
 * The provider's answer in the API that the client speaks.
 * @param upstream how messages name the provider
 * @param deliver gets it when its status is known: of a stream at once, else when all of it is there
 */
export const translateAnswer = (
  message: IncomingMessage,
  translation: Translation,
  upstream: string | undefined,
  deliver: (answer: UpstreamAnswer) => void,
): void => {
  const { statusCode = 502, headers } = message;
  const bytes = translation.answer(statusCode, headers['content-type'] ?? '', upstream);
  let isDelivered = false;
  const whenKnown = (): void => {
    if (isDelivered) return;
    isDelivered = true;
    deliver(answer);
  };
  const answer = new TranslatedAnswer(message, bytes, translationField(translation), whenKnown);
  if (bytes.whole === undefined) whenKnown();
};
