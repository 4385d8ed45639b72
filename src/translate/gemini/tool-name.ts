/**
 * Gemini wants a function's name to begin with a letter or an underscore. A name that begins otherwise, and
 * one that could be mistaken for such a name in disguise, gets one more underscore: the way back is certain.
 */
export const writeToolName = (name: string): string => (/^_*[0-9-]/.test(name) ? `_${name}` : name);

export const readToolName = (name: string): string => (/^_+[0-9-]/.test(name) ? name.slice(1) : name);
