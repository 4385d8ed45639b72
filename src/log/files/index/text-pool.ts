import { isAscii } from 'node:buffer';

/** As `TextPool.encode` gives it, and its constructor takes it back. */
export interface StoredTexts {
  /** UTF-8, a zero byte after each text. */
  readonly bytes: Buffer;
  /** Where each text ends in `bytes`; that of place 0 is 0. */
  readonly ends: Uint32Array;
  /** Places of the texts with other characters than those of ASCII, ascending. */
  readonly wide: readonly number[];
}

const FIRST_BYTES = 4096;
const FIRST_TEXTS = 128;
/** What a known text costs while more may come: the key of a map. */
const BYTES_OF_A_KEY = 80;

/**
 * Distinct texts by number, from 1 on; 0 stands for what is absent. They lie in one buffer instead of as
 * many strings: half a million of them are read from a file in a few milliseconds, and searched as one.
 */
export class TextPool {
  #bytes: Buffer;
  #ends: Uint32Array;
  #used: number;
  #count: number;
  readonly #wide: number[];
  /** Those that were asked for. */
  readonly #known: (string | undefined)[] = [];
  #places: Map<string, number> | undefined;

  constructor(stored?: StoredTexts) {
    this.#bytes = stored?.bytes ?? Buffer.alloc(FIRST_BYTES);
    this.#ends = stored?.ends ?? new Uint32Array(FIRST_TEXTS);
    this.#used = stored?.bytes.length ?? 0;
    this.#count = stored ? stored.ends.length - 1 : 0;
    this.#wide = [...(stored?.wide ?? [])];
  }

  /** How many texts there are. */
  get count(): number {
    return this.#count;
  }

  /** What it takes in memory; an estimate. */
  get size(): number {
    return this.#bytes.length + this.#ends.byteLength + BYTES_OF_A_KEY * (this.#places?.size ?? 0);
  }

  text(place: number): string {
    this.#known[place] ??= this.#bytes.toString('utf8', this.#begin(place), this.#end(place));
    return this.#known[place];
  }

  /** The place of a text, which gets one where it has none. */
  add(text: string): number {
    const places = this.#open();
    const known = places.get(text);
    if (known !== undefined) return known;
    const place = ++this.#count;
    const length = Buffer.byteLength(text);
    this.#makeRoom(length + 1);
    this.#bytes.write(text, this.#used);
    this.#bytes[this.#used + length] = 0;
    this.#ends[place] = this.#used + length;
    this.#used += length + 1;
    if (length !== text.length) this.#wide.push(place);
    places.set(text, place);
    return place;
  }

  /** The place of a text; 0 where it is not among them. */
  find(text: string): number {
    if (this.#places) return this.#places.get(text) ?? 0;
    const wanted = Buffer.from(`${text}\0`);
    const bytes = this.#bytes.subarray(0, this.#used);
    for (let from = 0; ; ) {
      const offset = bytes.indexOf(wanted, from);
      if (offset < 0) return 0;
      const place = this.#placeAt(offset, 1);
      if (this.#begin(place) === offset && this.#end(place) === offset + wanted.length - 1) return place;
      from = offset + 1;
    }
  }

  /** Which texts hold another one, ignoring case. @returns 1 at their places */
  holding(text: string): Uint8Array {
    const wanted = text.toLowerCase();
    const found = new Uint8Array(this.#count + 1);
    if (wanted === '') return found.fill(1, 1);
    if (isAscii(Buffer.from(wanted))) this.#findAscii(wanted, found);
    // Beyond ASCII, a small letter may have another length than its capital.
    for (const place of this.#wide) {
      found[place] = this.text(place).toLowerCase().includes(wanted) ? 1 : 0;
    }
    return found;
  }

  /** Gives up what only `add` needs. */
  seal(): void {
    this.#places = undefined;
    this.#bytes = Buffer.from(this.#bytes.subarray(0, this.#used));
    this.#ends = this.#ends.slice(0, this.#count + 1);
  }

  encode(): StoredTexts {
    return {
      bytes: this.#bytes.subarray(0, this.#used),
      ends: this.#ends.subarray(0, this.#count + 1),
      wide: this.#wide,
    };
  }

  #findAscii(wanted: string, found: Uint8Array): void {
    const all = this.#bytes.toString('latin1', 0, this.#used).toLowerCase();
    let place = 1;
    for (let offset = all.indexOf(wanted); offset >= 0 && place <= this.#count; ) {
      place = this.#placeAt(offset, place);
      const isWithin = offset + wanted.length <= this.#end(place);
      if (isWithin) found[place] = 1;
      offset = all.indexOf(wanted, isWithin ? this.#end(place) + 1 : offset + 1);
    }
  }

  /** The text in which an offset lies, at a place not before `low`. */
  #placeAt(offset: number, low: number): number {
    let first = low;
    let last = this.#count;
    while (first < last) {
      const middle = (first + last) >>> 1;
      if (this.#end(middle) < offset) first = middle + 1;
      else last = middle;
    }
    return first;
  }

  #begin(place: number): number {
    return place === 1 ? 0 : this.#end(place - 1) + 1;
  }

  #end(place: number): number {
    return this.#ends[place] as number;
  }

  #open(): Map<string, number> {
    if (this.#places) return this.#places;
    this.#places = new Map();
    for (let place = 1; place <= this.#count; place++) this.#places.set(this.text(place), place);
    return this.#places;
  }

  #makeRoom(length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#used + length));
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
    }
    if (this.#count >= this.#ends.length) {
      const grown = new Uint32Array(this.#ends.length * 2);
      grown.set(this.#ends);
      this.#ends = grown;
    }
  }
}
