import { decodeForLog } from '../../coding/decode-answer.ts';
import { type Coding, parseContentCodings } from '../../coding/parse-content-codings.ts';
import { isPlain, sniffCodings } from '../../coding/sniff-coding.ts';

/** Larger compressed answers are not decoded for the log. */
const MAX_CODED_BYTES = 16 * 2 ** 20;
const MAX_DECODED_BYTES = 64 * 2 ** 20;

/** The codings of an answer; undefined if one is not known. */
export const codingsOf = (header: string | undefined): readonly Coding[] | undefined => {
  try {
    return parseContentCodings(header);
  } catch {
    return undefined;
  }
};

/** Buffers a compressed answer while it is relayed, and decodes it for the log afterwards. */
export interface CodedAnswer {
  push(chunk: Buffer): void;
  /** @returns the decoded bytes; undefined if there are too many or they cannot be decoded */
  decoded(): Buffer | undefined;
  /** The compressed bytes, for answers that cannot be decoded. */
  raw(): readonly Buffer[];
}

export const keepCodedAnswer = (codings: readonly Coding[] | undefined): CodedAnswer => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    push: (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_CODED_BYTES) chunks.push(chunk);
    },
    decoded: () => {
      if (bytes > MAX_CODED_BYTES) return undefined;
      const body = Buffer.concat(chunks);
      const real = sniffCodings(codings, body);
      if (codings === undefined && real.length === 0 && !isPlain(body)) return undefined;
      return decodeForLog(body, real, MAX_DECODED_BYTES);
    },
    raw: () => chunks,
  };
};
