import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { type Caller, UNGUARDED } from '../../guard/caller.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import type { KeyRing } from '../../guard/keys/key-ring.ts';
import { peerOf } from '../../guard/peer-of.ts';
import { type Viewer, viewerOf } from '../../guard/viewer.ts';
import type { SessionAnswer } from '../api-types/access.ts';
import { createEnterByLink } from './enter-by-link.ts';
import { createPageSessions } from './page-sessions.ts';

export interface AccessDeps {
  readonly checkKey: CheckKey;
  readonly ring: KeyRing;
  /** Whether callers need a key. */
  readonly isGuarded: () => boolean;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly wallNow: () => number;
  /** Where links to enter by are left. */
  readonly dataDir: string;
  /** Whether people can sign in by an identity provider. */
  readonly canSignIn: boolean;
}

/** Who may see the log, and change what the gateway does. */
export interface Access {
  /** @throws GatewayError missing_api_key, invalid_api_key, too_many_attempts, not_permitted */
  identify(request: IncomingMessage): Promise<Viewer>;
  describe(request: IncomingMessage): SessionAnswer;
  /**
   * @returns the `Set-Cookie` header
   * @throws GatewayError missing_api_key, invalid_api_key, too_many_attempts, not_permitted
   */
  logIn(request: IncomingMessage, key: string): Promise<string | undefined>;
  /** @returns the `Set-Cookie` header, or undefined where the token of a link does not count */
  enter(request: IncomingMessage, token: string): string | undefined;
  /**
   * Begins a session for whoever has signed in elsewhere.
   * @param onEnd called once when it is over
   * @returns its `Set-Cookie` header, and what ends it
   * @throws GatewayError not_permitted
   */
  open(
    request: IncomingMessage,
    caller: Caller,
    onEnd: () => void,
  ): { readonly cookie: string; readonly end: () => void };
  logOut(request: IncomingMessage): string;
  /** Calls back when the session that let a request in is over. @returns a function that stops watching */
  watch(request: IncomingMessage, onEnd: () => void): () => void;
  close(): void;
}

const notPermitted = (): GatewayError =>
  new GatewayError(
    'not_permitted',
    'this key has the role user: it can call models but not see the dashboard. Ask whoever runs this gateway for the role member or auditor.',
  );

export const createAccess = ({
  checkKey,
  ring,
  isGuarded,
  now,
  wallNow,
  dataDir,
  canSignIn,
}: AccessDeps): Access => {
  const sessions = createPageSessions(now);
  const enter = createEnterByLink({ sessions, dataDir, now: wallNow });
  // A key that has ended takes its sessions along.
  const stop = ring.onChange(() =>
    sessions.endWhere(({ keyId }) => keyId !== undefined && ring.stateOf(keyId) !== 'active'),
  );

  const sessionOf = (request: IncomingMessage): Caller | undefined => {
    if (!isGuarded()) return UNGUARDED;
    const caller = sessions.find(request);
    const isOver = caller?.keyId !== undefined && ring.stateOf(caller.keyId) !== 'active';
    return isOver ? undefined : caller;
  };
  const requireViewer = (caller: Caller): Viewer => {
    const viewer = viewerOf(caller, ring);
    if (viewer.role === 'user') throw notPermitted();
    return viewer;
  };

  return {
    identify: async (request) => {
      const known = sessionOf(request);
      if (known) return requireViewer(known);
      const { authorization, 'x-gomodel-key': key } = request.headers;
      if (authorization === undefined && key === undefined) {
        throw new GatewayError(
          'missing_api_key',
          'log in at /admin/dashboard with the key in GOMODEL_MASTER_KEY or with your own key, or send it in Authorization.',
        );
      }
      return requireViewer(await checkKey({ headers: request.headers, peer: peerOf(request) }));
    },
    describe: (request) => {
      const caller = sessionOf(request);
      const viewer = caller && viewerOf(caller, ring);
      return {
        required: isGuarded(),
        ...(canSignIn && { sign_in: true }),
        authenticated: viewer !== undefined && viewer.role !== 'user',
        ...(viewer && {
          role: viewer.role,
          user_path: viewer.userPath,
          bodies: viewer.bodies,
          ...(viewer.keyId !== undefined && { key_id: viewer.keyId }),
        }),
      };
    },
    logIn: async (request, key) => {
      if (!isGuarded()) return undefined;
      if (key === '') throw new GatewayError('missing_api_key', 'no key was given.', { param: 'key' });
      try {
        const caller = await checkKey({ headers: { 'x-gomodel-key': key }, peer: peerOf(request) });
        requireViewer(caller);
        return sessions.begin(request, caller).cookie;
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'invalid_api_key') throw error;
        const message = key.startsWith('sk_gom_')
          ? error.message.replace(' in X-GoModel-Key', '')
          : 'this is not the key in GOMODEL_MASTER_KEY.';
        throw new GatewayError('invalid_api_key', message, { param: 'key' });
      }
    },
    enter,
    open: (request, caller, onEnd) => {
      requireViewer(caller);
      return sessions.begin(request, caller, onEnd);
    },
    logOut: (request) => sessions.end(request),
    watch: sessions.watch,
    close: stop,
  };
};
