import { type ByteRange, scanMembers } from '../../json/scan-members.ts';
import { apiOfPath } from '../../sse/answer-summary.ts';
import { readTier } from '../../sse/readers/note-tier.ts';
import { findRepetition, type Repetition } from '../runaway/find-repetition.ts';
import type { SpendingRequest } from './create-spending.ts';

export interface AskedBody {
  /** Below `/v1`, or `/p/{provider}/…`, with the query. */
  readonly path: string;
  /** Decoded; undefined where it streams through or there is none. */
  readonly bytes: Buffer | undefined;
  /** Where its members lie, if that is known. */
  readonly members?: ReadonlyMap<string, ByteRange> | undefined;
}

/** Whose answers have usage that is read. */
const PRICED_BESIDE = /^(?:\/p\/[^?]*|\/v1)?\/embeddings\/?(?:\?|$)/;

/** What asks a provider for nothing that costs. */
const FREE =
  /\/(?:responses\/input_tokens|messages\/count_tokens|responses\/[^/?]+\/cancel|files|uploads)(?:[/?]|$)|:countTokens(?:\?|$)/;

/** Whether a request may cost something, and so is asked for room in the budgets. */
export const maySpend = (method: string, path: string): boolean => method === 'POST' && !FREE.test(path);

const OUTPUT_LIMITS = ['max_output_tokens', 'max_completion_tokens', 'max_tokens'] as const;

/** How a request asks for a tier: Anthropic's by a speed, Google's in its own spelling. */
const TIERS = ['speed', 'service_tier', 'serviceTier'] as const;

const rawOf = (bytes: Buffer, range: ByteRange | undefined): string | undefined =>
  range && bytes.toString('latin1', range.start, Math.min(range.end, range.start + 32));

/** What budgets and limits need to know of a body. */
export interface DescribedBody
  extends Pick<
    SpendingRequest,
    'bodyBytes' | 'isContinuation' | 'maxOutputTokens' | 'serviceTier' | 'isPriced'
  > {
  /** Looks whether the same call comes again and again; takes a while where it does. */
  readonly findRepetition: () => Repetition | undefined;
}

export const describeBody = ({ path, bytes, members }: AskedBody): DescribedBody => {
  const isPriced = apiOfPath(path) !== undefined || PRICED_BESIDE.test(path);
  if (!isPriced || bytes === undefined) {
    const findNone = (): undefined => undefined;
    return {
      bodyBytes: 0,
      isContinuation: false,
      maxOutputTokens: undefined,
      serviceTier: undefined,
      isPriced,
      findRepetition: findNone,
    };
  }
  const found = members ?? scanMembers(bytes);
  const limit = OUTPUT_LIMITS.map((name) => Number(rawOf(bytes, found?.get(name)))).find(
    (count) => Number.isInteger(count) && count > 0,
  );
  const tiers = TIERS.map((name) => /^"(.+)"$/.exec(rawOf(bytes, found?.get(name)) ?? '')?.[1]);
  const previous = rawOf(bytes, found?.get('previous_response_id'));
  return {
    bodyBytes: bytes.length,
    isContinuation: previous?.startsWith('"') === true,
    maxOutputTokens: limit,
    serviceTier: readTier(tiers.find((told) => told !== undefined)),
    isPriced,
    findRepetition: () => found && findRepetition(path, bytes, found),
  };
};
