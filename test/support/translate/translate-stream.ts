import type { DialectSpec } from '../../../src/translate/translation.ts';
import { createWriter } from './create-writer.ts';

/** Reads a provider's answer in these pieces and writes it as a Responses stream. */
export const translateStream = (spec: DialectSpec, pieces: Iterable<Uint8Array>): string => {
  const writer = createWriter('stream');
  const reader = spec.createReader(writer.sink, true);
  let written = '';
  for (const piece of pieces) {
    reader.push(piece);
    written += writer.take();
  }
  reader.end();
  return written + writer.take() + writer.end();
};

/** Reads a provider's answer that came as one object. */
export const translateObject = (spec: DialectSpec, body: Buffer): string => {
  const writer = createWriter('stream');
  const reader = spec.createReader(writer.sink, false);
  reader.push(body.subarray(0, 10));
  reader.push(body.subarray(10));
  reader.end();
  return writer.take() + writer.end();
};

function* byteByByte(body: Buffer): Iterable<Uint8Array> {
  for (let place = 0; place < body.length; place++) yield body.subarray(place, place + 1);
}

const withoutIds = (written: string): string =>
  written.replaceAll(/_[0-9A-Z]{26}/g, '_ID').replaceAll(/gm1\.[\w-]+/g, 'SEALED');

/**
 * Cuts a stream in two at each of these places and compares what is written with the whole.
 * @returns the first place at which it differs
 */
export const firstDifference = (
  spec: DialectSpec,
  body: Buffer,
  places: Iterable<number>,
): number | undefined => {
  const whole = withoutIds(translateStream(spec, [body]));
  for (const place of places) {
    const cut = translateStream(spec, [body.subarray(0, place), body.subarray(place)]);
    if (withoutIds(cut) !== whole) return place;
  }
  return withoutIds(translateStream(spec, byteByByte(body))) === whole ? undefined : -1;
};
