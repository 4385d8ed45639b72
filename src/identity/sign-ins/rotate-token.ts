import type { SignInEntry } from '../../guard/people/sign-in-entry.ts';
import { createSecret, digestOf } from './secrets.ts';

const PREFIX = 'gomodel_rt_';
const FORM = /^gomodel_rt_([0-9a-f]{32})_[\w-]{43}$/;

/** A client that asks twice at once, or whose answer was lost, may use a token again for so long. */
const GRACE_MS = 30_000;
/** Of a sign-in, so many tokens count at once: as many as ask within the grace. */
const MAX_TOKENS = 20;

/** @returns the id of the sign-in that a refresh token belongs to; undefined where it is none */
export const signInOf = (refreshToken: string): string | undefined => FORM.exec(refreshToken)?.[1];

/** What a refresh token says of its client: it counts, or it was replaced long ago, and somebody has a copy. */
export const judgeToken = (entry: SignInEntry, refreshToken: string, nowMs: number): 'counts' | 'reused' => {
  const kept = entry.tokens.find(({ sha256 }) => sha256 === digestOf(refreshToken));
  if (!kept) return 'reused';
  return kept.replacedAtMs !== undefined && kept.replacedAtMs + GRACE_MS <= nowMs ? 'reused' : 'counts';
};

/**
 * Puts a new refresh token in the place of an old one.
 * @param old undefined for the first one
 */
export const rotateToken = (
  id: string,
  { tokens }: Pick<SignInEntry, 'tokens'>,
  old: string | undefined,
  nowMs: number,
): { readonly token: string; readonly tokens: SignInEntry['tokens'] } => {
  const token = `${PREFIX}${id}_${createSecret()}`;
  const replaced = old === undefined ? undefined : digestOf(old);
  const kept = tokens
    .map((one) => (one.sha256 === replaced ? { replacedAtMs: nowMs, ...one } : one))
    .filter(({ replacedAtMs = nowMs }) => replacedAtMs + GRACE_MS > nowMs);
  return { token, tokens: [...kept, { sha256: digestOf(token) }].slice(-MAX_TOKENS) };
};
