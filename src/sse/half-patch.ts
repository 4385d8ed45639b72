const BEGIN = '*** Begin Patch';
const END = '*** End Patch';

/** Whether a script hands a patch to `apply_patch` as a literal that never comes to its last line. */
const holdsHalfPatch = (script: string): boolean => {
  const begin = script.lastIndexOf(BEGIN);
  if (begin === -1 || script.indexOf(END, begin) !== -1) return false;
  return /apply_patch\s*\(\s*["'`]\s*$/.test(script.slice(Math.max(0, begin - 64), begin));
};

/**
 * Whether the input of a custom tool is a patch, or a script with one, that breaks off before its last line.
 * @see https://github.com/openai/codex (`apply-patch`: the grammar of the tool)
 */
export const isHalfPatch = (input: string): boolean => {
  const text = input.trim();
  return text.startsWith(BEGIN) ? !text.endsWith(END) : holdsHalfPatch(input);
};
