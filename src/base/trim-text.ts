/**
 * Takes characters off both ends of a text. A pattern such as `/[ \t]+$/` tries again at every blank of a
 * long run in the middle, which takes quadratic time.
 * @param characters such as ` \t`
 */
export const trimCharacters = (text: string, characters: string): string => {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start++;
  return trimTrailing(text.slice(start), characters);
};

/** Takes characters off the end of a text, in linear time. */
export const trimTrailing = (text: string, characters: string): string => {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
};
