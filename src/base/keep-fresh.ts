/**
 * Loads a value where it is asked for, at most once within a time.
 * @param forMs how long it is as good as new
 * @param now milliseconds
 */
export const keepFresh = <Value>(
  load: () => Promise<Value>,
  forMs: number,
  now: () => number,
): (() => Promise<Value>) => {
  let value: Promise<Value> | undefined;
  let loadedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (!value || now() - loadedAtMs > forMs) {
      value = load();
      loadedAtMs = now();
    }
    return value;
  };
};
