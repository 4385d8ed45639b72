/** Whether a version such as `0.169.0` is this one or newer; what stands behind a `-` is passed over. */
export const isAtLeast = (version: string, least: string): boolean => {
  const numbers = (text: string): number[] => (text.split('-')[0] ?? '').split('.').map(Number);
  const have = numbers(version);
  for (const [place, wanted] of numbers(least).entries()) {
    const difference = (have[place] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
};
