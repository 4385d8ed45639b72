import {
  BYPASS_SIGNATURE,
  checkGeminiRequest,
  type GeminiPart,
  type GeminiRequest,
} from './translate/check-gemini-request.ts';
import type { RecordedRequest } from './upstream/recorded-request.ts';
import type { Answer } from './upstream/script.ts';
import { startUpstream, type Upstream } from './upstream/start-upstream.ts';

/** What the model says in one answer; the double signs it as the real one would. */
interface GeminiTurn {
  readonly parts: readonly GeminiPart[];
  readonly finishReason?: string;
  readonly usage?: object;
}

/** A turn, or what goes wrong instead. */
type GeminiAnswer = GeminiTurn | Answer;

export interface GeminiUpstream extends Omit<Upstream, 'play'> {
  /** The base URL, with `/v1beta`. */
  readonly url: string;
  /** The refusals given, in the API's words: none in a test where all goes well. */
  readonly refusals: readonly string[];
  play(script: GeminiScript): void;
}

/** One answer for each request, of which the last repeats, or a function. */
export type GeminiScript =
  | readonly [GeminiAnswer, ...GeminiAnswer[]]
  | ((request: GeminiRequest, index: number) => GeminiAnswer);

const USAGE = {
  promptTokenCount: 100,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 5,
  totalTokenCount: 125,
};
const MODELS = {
  models: [
    {
      name: 'models/gemini-3-flash-preview',
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ['generateContent', 'countTokens'],
    },
  ],
};

const refuse = (status: number, name: string, message: string): Answer => ({
  kind: 'json',
  status,
  body: { error: { code: status, message, status: name } },
});

/** As the real one streams: texts in pieces, a call in one, CRLF. */
const splitPart = (part: GeminiPart): GeminiPart[] => {
  const characters = [...(part.text ?? '')];
  if (characters.length < 2 || part.thoughtSignature !== undefined) return [part];
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle), characters.slice(middle)].map((half) => ({
    ...part,
    text: half.join(''),
  }));
};

const isTurn = (answer: GeminiAnswer): answer is GeminiTurn => 'parts' in answer;

interface GeminiOptions {
  /** The path before the name of a model. */
  readonly modelsAt?: string;
  /** @returns why it does not let a request in */
  readonly refusalOf?: (request: RecordedRequest) => string | undefined;
}

const needsKey = ({ headers }: RecordedRequest): string | undefined =>
  headers['x-goog-api-key'] === undefined ? "Method doesn't allow unregistered callers." : undefined;

/**
 * A double of Gemini's API that refuses what the real one refuses, issues signatures, and wants each of them
 * back on the very part that it was issued with.
 */
export const startGeminiUpstream = async (
  script: GeminiScript,
  { modelsAt = '/v1beta/models/', refusalOf = needsKey }: GeminiOptions = {},
): Promise<GeminiUpstream> => {
  const refusals: string[] = [];
  /** What each signature was issued with. */
  const issued = new Map<string, string>();
  let playing = script;
  let played = 0;

  const sign = (parts: readonly GeminiPart[], isModern: boolean): GeminiPart[] => {
    for (const { thoughtSignature, ...part } of parts) {
      if (thoughtSignature !== undefined) issued.set(thoughtSignature, JSON.stringify(part));
    }
    if (!isModern || parts.some(({ thoughtSignature }) => thoughtSignature !== undefined)) return [...parts];
    const issue = (part: GeminiPart): GeminiPart => {
      const signature = Buffer.from(`signature ${issued.size}`).toString('base64');
      issued.set(signature, JSON.stringify(part));
      return { ...part, thoughtSignature: signature };
    };
    const first = parts.findIndex(({ functionCall }) => functionCall !== undefined);
    if (first === -1) return [...parts, issue({ text: '' })];
    return parts.map((part, index) => (index === first ? issue(part) : part));
  };

  const checkSignatures = ({ contents }: GeminiRequest): string | undefined => {
    for (const { thoughtSignature, ...part } of contents.flatMap(({ parts }) => parts)) {
      if (thoughtSignature === undefined || thoughtSignature === BYPASS_SIGNATURE) continue;
      const signed = issued.get(thoughtSignature);
      if (signed !== JSON.stringify(part)) {
        return `Corrupted thought signature: issued with ${signed}, came with ${JSON.stringify(part)}.`;
      }
    }
    return undefined;
  };

  const writeTurn = (turn: GeminiTurn, model: string, isStream: boolean): Answer => {
    const { finishReason = 'STOP', usage = USAGE } = turn;
    const parts = sign(turn.parts, /^gemini-[3-9]/.test(model));
    const chunk = (list: readonly GeminiPart[], last: boolean): string =>
      JSON.stringify({
        candidates: [{ content: { parts: list, role: 'model' }, ...(last && { finishReason }), index: 0 }],
        usageMetadata: usage,
        modelVersion: model,
        responseId: `answer-${played}`,
      });
    if (!isStream)
      return {
        kind: 'bytes',
        body: Buffer.from(chunk(parts, true)),
        headers: { 'content-type': 'application/json; charset=UTF-8' },
      };
    const pieces = parts.flatMap(splitPart);
    const events = [...pieces.map((piece) => chunk([piece], false)), chunk([{ text: '' }], true)];
    return {
      kind: 'bytes',
      body: Buffer.from(events.map((event) => `data: ${event}\r\n\r\n`).join('')),
      headers: { 'content-type': 'text/event-stream' },
    };
  };

  const count = (request: RecordedRequest, model: string): Answer => {
    const { generateContentRequest: asked } = request.json() as {
      generateContentRequest?: { model?: string };
    };
    const { model: named, ...body } = asked ?? {};
    if (named !== `models/${model}`)
      return refuse(400, 'INVALID_ARGUMENT', 'generateContentRequest.model is not the model.');
    const checked = checkGeminiRequest(body, model);
    if ('refusal' in checked) {
      refusals.push(checked.refusal);
      return refuse(400, 'INVALID_ARGUMENT', checked.refusal);
    }
    return { kind: 'json', body: { totalTokens: 100 + checked.request.contents.length } };
  };

  const answer = (request: RecordedRequest): Answer => {
    const [, counted] = /^\/v1beta\/models\/([^/:]+):countTokens$/.exec(request.url) ?? [];
    if (counted !== undefined) return count(request, decodeURIComponent(counted));
    const isOurs = request.url.startsWith(modelsAt);
    const [, model = '', method] =
      /^([^/:]+):(generateContent|streamGenerateContent\?alt=sse)$/.exec(
        request.url.slice(modelsAt.length),
      ) ?? [];
    if (!isOurs || method === undefined) return refuse(404, 'NOT_FOUND', `No such method: ${request.url}`);
    const shut = refusalOf(request);
    if (shut !== undefined) {
      refusals.push(shut);
      return refuse(403, 'PERMISSION_DENIED', shut);
    }
    const checked = checkGeminiRequest(request.json(), decodeURIComponent(model));
    const refusal = 'refusal' in checked ? checked.refusal : checkSignatures(checked.request);
    if (refusal !== undefined || 'refusal' in checked) {
      refusals.push(String(refusal));
      return refuse(400, 'INVALID_ARGUMENT', String(refusal));
    }
    const index = played++;
    const scripted =
      typeof playing === 'function'
        ? playing(checked.request, index)
        : (playing[Math.min(index, playing.length - 1)] ?? playing[0]);
    return isTurn(scripted)
      ? writeTurn(scripted, decodeURIComponent(model), method !== 'generateContent')
      : scripted;
  };

  const upstream = await startUpstream(answer, { models: MODELS });
  return {
    ...upstream,
    url: upstream.url.replace(/\/v1$/, '/v1beta'),
    refusals,
    play: (next) => {
      playing = next;
      played = 0;
    },
  };
};
