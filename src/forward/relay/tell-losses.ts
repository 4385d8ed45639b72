const MOST = 30;
const MAX_CHARACTERS = 100;

/** Limits the list of losses: their names come from the request, which may hold many long ones. */
export const tellLosses = (losses: readonly string[]): string[] => {
  const told = losses
    .slice(0, MOST)
    .map((loss) => (loss.length > MAX_CHARACTERS ? `${loss.slice(0, MAX_CHARACTERS)}…` : loss));
  return losses.length > MOST ? [...told, `and ${losses.length - MOST} more`] : told;
};
