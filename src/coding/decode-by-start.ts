import { Transform } from 'node:stream';
import { createAnswerDecoder } from './decode-answer.ts';
import type { Coding } from './parse-content-codings.ts';
import { SNIFFED_BYTES, sniffCodings } from './sniff-coding.ts';

/**
 * Decodes an answer by what its first bytes are, and not by its header alone.
 * @param declared by the header; undefined if one is not known
 * @param maxBytes of an answer that is decoded whole
 */
export const decodeByStart = (declared: readonly Coding[] | undefined, maxBytes: number): Transform => {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let decoder: Transform | undefined;
  let isPlain = false;

  const begin = (into: Transform): void => {
    const start = Buffer.concat(held);
    const codings = sniffCodings(declared, start);
    isPlain = codings.length === 0;
    if (isPlain) {
      into.push(start);
      return;
    }
    decoder = createAnswerDecoder(codings, maxBytes);
    decoder.on('data', (chunk: Buffer) => into.push(chunk));
    decoder.once('error', (error) => into.destroy(error));
    decoder.write(start);
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isPlain) {
        done(null, chunk);
      } else if (decoder) {
        decoder.write(chunk, () => done());
      } else {
        held.push(chunk);
        heldBytes += chunk.length;
        if (heldBytes >= SNIFFED_BYTES) begin(this);
        done();
      }
    },
    flush(done) {
      if (!isPlain && !decoder && heldBytes > 0) begin(this);
      if (!decoder) {
        done();
        return;
      }
      decoder.once('end', () => done());
      decoder.end();
    },
    destroy(error, done) {
      decoder?.destroy();
      done(error);
    },
  });
};
