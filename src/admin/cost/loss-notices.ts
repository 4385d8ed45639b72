/** What a session has lost since it was last told of. */
export interface LossNotice {
  readonly tokens: number;
  /** USD; undefined where nobody knows what tokens cost. */
  readonly usd: number | undefined;
}

/** Where tokens have no price, so many of them are worth a word. */
const WORTH_TOKENS = 50_000;
const MAX_SESSIONS = 500;

/**
 * Says when a session has lost its cache for more than a sum, at once or little by little, and then begins to count
 * anew.
 * @param sumUsd at the moment; 0: never
 */
export const createLossNotices = (sumUsd: () => number) => {
  const sessions = new Map<string, LossNotice>();
  return (session: string, { tokens, usd }: LossNotice): LossNotice | undefined => {
    const before = sessions.get(session);
    const known = usd === undefined ? before?.usd : (before?.usd ?? 0) + usd;
    const lost = { tokens: tokens + (before?.tokens ?? 0), usd: known };
    const isWorth = known === undefined ? lost.tokens >= WORTH_TOKENS : known >= sumUsd();
    sessions.delete(session);
    if (sumUsd() > 0 && isWorth) return lost;
    sessions.set(session, lost);
    if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value ?? '');
    return undefined;
  };
};
