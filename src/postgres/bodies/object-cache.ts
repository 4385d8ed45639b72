/** Whole objects that were read a moment ago: who reads one exchange after another reads most of each. */
export interface ObjectCache {
  /**
   * @param bytes of the object
   * @param part of it that is wanted
   * @param read from the store
   */
  read(
    key: string,
    bytes: number,
    part: { readonly start: number; readonly length: number },
    read: (start: number, length: number) => Promise<Buffer | undefined>,
  ): Promise<Buffer | undefined>;
}

/** A larger one is read in parts. */
const MAX_OBJECT_BYTES = 8 * 2 ** 20;
const MAX_BYTES = 32 * 2 ** 20;
const MAX_TOUCHED = 1_000;

export const createObjectCache = (): ObjectCache => {
  const kept = new Map<string, Buffer>();
  /** Objects that a part was read of. */
  const touched = new Set<string>();
  let keptBytes = 0;

  const keep = (key: string, whole: Buffer): void => {
    keptBytes += whole.length - (kept.get(key)?.length ?? 0);
    kept.delete(key);
    kept.set(key, whole);
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= MAX_BYTES) break;
      kept.delete(oldest);
      keptBytes -= length;
    }
  };
  return {
    read: async (key, bytes, { start, length }, read) => {
      const known = kept.get(key);
      if (known && known.length >= start + length) return known.subarray(start, start + length);
      if (!touched.has(key) || bytes > MAX_OBJECT_BYTES) {
        if (touched.size >= MAX_TOUCHED) touched.clear();
        touched.add(key);
        return read(start, length);
      }
      const whole = await read(0, bytes);
      if (!whole) return undefined;
      keep(key, whole);
      return whole.subarray(start, start + length);
    },
  };
};
