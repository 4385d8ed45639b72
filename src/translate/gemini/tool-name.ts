/**
 * Gemini wants a function's name to begin with a letter or an underscore. A name that begins otherwise, and
 * one that could be mistaken for such a name in disguise, gets one more underscore: the way back is certain.
 */
export const writeToolName = (name: string): string => (/^_*[0-9-]/.test(name) ? `_${name}` : name);

/** The model knows its functions as members of `default_api`, and at times says so. */
const NAMESPACE = /^default_api[.:]/;

export const readToolName = (written: string): string => {
  const name = written.replace(NAMESPACE, '');
  return /^_+[0-9-]/.test(name) ? name.slice(1) : name;
};
