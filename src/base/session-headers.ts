/** Where clients name their session, best first: Codex (new, old), Claude Code, opencode, and who follows them. */
export const SESSION_HEADERS = [
  'session-id',
  'session_id',
  'x-claude-code-session-id',
  'x-opencode-session',
  'x-session-id',
  'x-session-affinity',
] as const;

/** The session that a request is of; undefined if its client names none. */
export const sessionOf = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): string | undefined => {
  for (const name of SESSION_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
};
