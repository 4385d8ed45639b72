/** What differs between two runs of the same session: ids, times, folders. */
const VOLATILE: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID'],
  [/Chunk ID: [0-9a-f]+/g, 'Chunk ID'],
  [/Wall time: [\d.]+ seconds/g, 'Wall time'],
  [/gomodel-codex-\w+/g, 'FOLDER'],
];

/** With its members in one order. `null` is what Codex writes for what an item does not have. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]): [string, unknown] => [name, sorted(member)])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
};

/** The input items of a request, so that those of another run of the same session are equal to them. */
export const comparableItems = (request: Record<string, unknown>): string[] =>
  (request.input as unknown[]).map((item) =>
    VOLATILE.reduce(
      (text, [pattern, replacement]) => text.replace(pattern, replacement),
      JSON.stringify(sorted(item)),
    ),
  );
