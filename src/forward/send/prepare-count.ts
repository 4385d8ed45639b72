import { GatewayError } from '../../base/errors.ts';
import type { TokenCount } from '../../translate/translation.ts';
import type { Destination } from '../route/destination.ts';
import type { SentRequest } from './create-sender.ts';
import { type AskedRequest, betasOf, type CountInto, translatedHeaders } from './prepare-request.ts';

/** How the tokens of a request are counted where its upstream does not speak Anthropic's API. */
export interface PreparedCount extends Pick<TokenCount, 'dialect' | 'losses' | 'estimate'> {
  /** Absent if the upstream does not count. */
  readonly asked?: {
    readonly request: SentRequest;
    /** @returns tokens; undefined if the answer is not of its API */
    read(body: Uint8Array): number | undefined;
  };
}

interface PrepareCountDeps {
  readonly countInto: CountInto;
  /** This process as `Via` names it. */
  readonly via: string;
}

/** @throws GatewayError invalid_request where the request cannot be put at all */
export type PrepareCount = (asked: AskedRequest, destination: Destination) => PreparedCount;

const COUNT_PATH = /^\/messages\/count_tokens\/?(?:\?|$)/;

/** @param path below `/v1` */
export const isCountPath = (path: string): boolean => COUNT_PATH.test(path);

export const createPrepareCount =
  ({ countInto, via }: PrepareCountDeps): PrepareCount =>
  (asked, { upstream, model }) => {
    if (model === undefined) {
      throw new GatewayError('invalid_request', 'the request names no model, which counts its own tokens.', {
        param: 'model',
      });
    }
    const { path, body } = asked;
    const counted = countInto({ api: 'messages', path, body, model, betas: betasOf(asked) }, upstream);
    const { dialect, losses, estimate } = counted;
    if (counted.asked === undefined) return { dialect, losses, estimate };
    const sent = counted.asked;
    const request: SentRequest = {
      method: 'POST',
      path: upstream.toPath?.(sent.path, model) ?? sent.path,
      headers: translatedHeaders(asked, upstream, sent, via),
      body: sent.body,
    };
    return { dialect, losses, estimate, asked: { request, read: sent.read } };
  };
