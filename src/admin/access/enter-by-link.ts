import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../../config/own-address.ts';
import { MASTER } from '../../guard/caller.ts';
import { peerOf } from '../../guard/peer-of.ts';
import { ENTRY_LINK_MS, takeEntryLink } from '../../state/entry-links.ts';
import type { PageSessions } from './page-sessions.ts';

/** As `writeEntryLink` makes them. */
const TOKEN = /^[\w-]{43}$/;

export interface EnterDeps {
  readonly sessions: Pick<PageSessions, 'begin'>;
  readonly dataDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Lets a browser in by a link that `gomodel-ts dashboard` has made: once, within a minute, and from this machine
 * alone. The address of a page may be seen by other users of the machine while the browser starts. So a link that
 * is used again ends what its first use has begun, as with the codes of OAuth.
 * @returns a function that gives the `Set-Cookie` header, or undefined where the link does not count
 * @see RFC 6749 §4.1.2
 */
export const createEnterByLink = ({ sessions, dataDir, now }: EnterDeps) => {
  const used = new Map<string, { readonly untilMs: number; readonly end: () => void }>();
  return (request: IncomingMessage, token: string): string | undefined => {
    for (const [digest, { untilMs }] of used) if (untilMs < now()) used.delete(digest);
    if (!TOKEN.test(token) || !isLoopbackHost(peerOf(request).address)) return undefined;
    const digest = hash('sha256', token, 'base64');
    used.get(digest)?.end();
    if (!takeEntryLink(dataDir, token, now())) return undefined;
    const { cookie, end } = sessions.begin(request, MASTER);
    used.set(digest, { untilMs: now() + ENTRY_LINK_MS, end });
    return cookie;
  };
};
