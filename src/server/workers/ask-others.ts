/** The first of some answers that is one; an error counts as none. */
export const firstFound = async <Found>(
  asked: readonly Promise<Found | undefined>[],
): Promise<Found | undefined> => {
  for (const answer of await Promise.allSettled(asked)) {
    if (answer.status === 'fulfilled' && answer.value !== undefined) return answer.value;
  }
  return undefined;
};
