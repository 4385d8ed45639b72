const MAX_CAPTION = 160;

/** Arguments of a call in one line: a lone text as it is, else `key: value` pairs; undefined where too long. */
export const briefArguments = (text: string): string | undefined => {
  if (text.length > MAX_CAPTION) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return text;
    const pairs = Object.entries(value);
    const shown = pairs.map(([key, field]) => {
      const plain = typeof field === 'string' ? field : JSON.stringify(field);
      return pairs.length === 1 ? plain : `${key}: ${plain}`;
    });
    return shown.join('  ');
  } catch {
    return text;
  }
};

/** The files that a patch touches; undefined where the text is not a patch. */
export const patchedFiles = (text: string): string | undefined => {
  if (!text.includes('*** Begin Patch')) return undefined;
  return Array.from(text.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm), ([, file]) => file).join(
    '  ',
  );
};
