import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { createSealer } from '../../../src/translate/seal.ts';
import type { DialectSpec, Translate } from '../../../src/translate/translation.ts';

export const createTestTranslate = (): Translate =>
  createTranslate({ sealer: createSealer(randomBytes(32)), clock: systemClock });

/** What was sent on, and with which losses. */
interface SentOn {
  readonly body: unknown;
  readonly losses: readonly string[];
}

interface TranslatingFetch {
  /** For an official client: asks the provider at `url` in its API, and answers in the client's. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly sent: readonly SentOn[];
}

/** The way of a request through a translation, without the gateway around it. */
export const createTranslatingFetch = (
  url: string,
  spec: DialectSpec,
  headers: Readonly<Record<string, string>>,
  translate: Translate = createTestTranslate(),
): TranslatingFetch => {
  const sent: SentOn[] = [];
  const fetchTranslated: TranslatingFetch['fetch'] = async (input, init) => {
    const path = new URL(String(input)).pathname.replace(/^\/v1/, '');
    const body = Buffer.from(String(init?.body));
    const { model } = JSON.parse(body.toString()) as { model: string };
    const api = path.startsWith('/chat') ? 'chat' : 'responses';
    const translation = translate({ api, path, body, model, spec });
    sent.push({ body: JSON.parse(translation.body.toString()), losses: translation.losses });
    const answered = await fetch(url + translation.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...translation.headers, ...headers },
      body: new Uint8Array(translation.body),
    });
    const answer = translation.answer(answered.status, answered.headers.get('content-type') ?? '');
    const bytes = new Uint8Array(await answered.arrayBuffer());
    const pieces = [];
    for (let place = 0; place < bytes.length; place += 7) {
      pieces.push(answer.push(bytes.subarray(place, place + 7)));
    }
    return new Response(new Uint8Array(Buffer.concat([...pieces, answer.end()])), {
      status: answered.status,
      headers: { 'content-type': answer.contentType },
    });
  };
  return { fetch: fetchTranslated, sent };
};
