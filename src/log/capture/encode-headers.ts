import type { Redactor } from '../redact.ts';

/** Values that are remembered for one header name, and names that are: more are forgotten all at once. */
const MAX_VALUES = 16;
const MAX_NAMES = 256;
const MAX_REMEMBERED = 256;

/**
 * Makes the JSON of header lines, in the order and spelling in which they came, secrets redacted. A client
 * sends most of its headers again with every request, so their JSON is remembered: a fifth of the time.
 * @returns rawHeaders (name, value, name, value…) to JSON of `HeaderLines`
 */
export const createHeaderEncoder = ({
  text,
  header,
}: Redactor): ((rawHeaders: readonly string[]) => string) => {
  const names = new Map<string, Map<string, string>>();

  const valuesOf = (name: string): Map<string, string> => {
    let values = names.get(name);
    if (!values) {
      if (names.size === MAX_NAMES) names.clear();
      values = new Map();
      names.set(name, values);
    }
    return values;
  };
  const encodeLine = (name: string, value: string): string => {
    const values = valuesOf(name);
    let line = values.get(value);
    if (line === undefined) {
      line = JSON.stringify([text(name), header(name, value)]);
      if (values.size === MAX_VALUES) values.clear();
      if (value.length <= MAX_REMEMBERED) values.set(value, line);
    }
    return line;
  };

  return (rawHeaders) => {
    let json = '';
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      if (index > 0) json += ',';
      json += encodeLine(rawHeaders[index] as string, rawHeaders[index + 1] as string);
    }
    return `[${json}]`;
  };
};
