const MAX_DEPTH = 6;

/**
 * The beginning of a value's JSON, for one line: a value of megabytes, or of a hundred thousand levels, costs
 * no more than a small one.
 * @param leftOut names of fields that are not shown
 */
export const briefJson = (
  value: unknown,
  length: number,
  leftOut: ReadonlySet<string> = new Set(),
  depth = 0,
): string => {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, length));
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  if (depth === MAX_DEPTH) return isList ? '[…]' : '{…}';
  let text = isList ? '[' : '{';
  let isFirst = true;
  for (const name in value) {
    if (leftOut.has(name)) continue;
    if (text.length >= length) break;
    const child = briefJson(
      (value as Record<string, unknown>)[name],
      length - text.length,
      leftOut,
      depth + 1,
    );
    text += `${isFirst ? '' : ','}${isList ? '' : `${JSON.stringify(name)}:`}${child}`;
    isFirst = false;
  }
  return `${text}${isList ? ']' : '}'}`.slice(0, length);
};
