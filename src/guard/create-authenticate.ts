import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import { type Caller, callerOfKey, MASTER, UNGUARDED } from './caller.ts';
import { completeCaller, type NamingSettings } from './complete-caller.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { isManagedKey } from './keys/key-token.ts';
import type { ManagedKey } from './keys/managed-key.ts';
import { refusalOfKey } from './keys/refuse-key.ts';
import { refusalOfToken } from './people/refuse-token.ts';
import type { TokenCheck, TokenFinding } from './people/token-port.ts';
import { TICKET_HEADER, type Tickets } from './tickets.ts';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const REMEDY =
  'Run `npx gomodel-ts init-codex`, which writes the provider block, and set in the shell that starts Codex what it names: OPENAI_API_KEY to the key of the gateway or, beside a ChatGPT sign-in, GOMODEL_MASTER_KEY.';

const MESSAGES_REMEDY =
  'Set ANTHROPIC_AUTH_TOKEN to GOMODEL_MASTER_KEY, the key of the gateway, in the shell that starts this client.';

const SIGN_IN_REMEDY =
  'Sign in with `npx gomodel-ts login` for a program that takes its token from `gomodel-ts token`, or with `/login` in Claude Code; or send the key that whoever runs this gateway gave you.';

const SCHEME = /^Bearer\s+/i;

/** The key of `Authorization`. Who writes the scheme into the setting for the key sends it twice. */
const bearerOf = ({ authorization = '' }: IncomingHttpHeaders): string | undefined => {
  const text = authorization.trim();
  const key = text.replace(SCHEME, '');
  return key === text || key === '' ? undefined : key.replace(SCHEME, '');
};

/** What came in `Authorization` instead of a key, for who looks for the reason. */
const otherSchemeIn = ({ authorization = '' }: IncomingHttpHeaders): string =>
  authorization.trim() !== '' && bearerOf({ authorization }) === undefined
    ? ' What came in Authorization does not begin with "Bearer ".'
    : '';

/** Who has a ChatGPT sign-in takes a 401 for its end: it tries to renew its token, and shows how that failed. */
const statusFor = (headers: IncomingHttpHeaders): { status?: number } =>
  headers['chatgpt-account-id'] === undefined ? {} : { status: 403 };

/**
 * Says who calls, at once unless a token is seen for the first time. Takes the gateway's own keys out of the header
 * fields, so that none can leave for an upstream.
 */
export type Authenticate = (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;

/** Where clients of any API send a key, as the header field that says it best. */
const KEY_FIELDS = ['x-gomodel-key', 'authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

type KeyField = (typeof KEY_FIELDS)[number];

const keyOf = (name: KeyField, headers: IncomingHttpHeaders): string | undefined => {
  if (name === 'authorization') return bearerOf(headers);
  const value = headers[name];
  // Codex's `gateway_oauth` puts a scheme before its token, whatever the field is called.
  return typeof value === 'string' ? value.replace(SCHEME, '') : undefined;
};

/** Claude Code replaces a message that names `x-api-key` by one of its own. */
const SHOWN_FIELDS: Partial<Record<KeyField, string>> = {
  'x-gomodel-key': 'X-GoModel-Key',
  authorization: 'Authorization',
  'x-api-key': 'the API key header',
};

const shownField = (name: KeyField): string => SHOWN_FIELDS[name] ?? name;

export interface AuthenticateDeps {
  /** Absent: without a managed key either, everyone is let in (the server is bound to loopback then). */
  readonly masterKey: string | undefined;
  readonly ring: Pick<KeyRing, 'check' | 'find' | 'isGuarding' | 'stateOf'>;
  readonly naming: NamingSettings;
  /** Absent in a process that serves no models. */
  readonly tickets?: Pick<Tickets, 'read'> | undefined;
  /** Absent where nobody can sign in. */
  readonly tokens?: TokenCheck | undefined;
}

/**
 * Creates the check for the gateway's keys, which a client sends in `X-GoModel-Key`, as a bearer token, or where
 * its own API puts a key.
 * @returns a function that throws GatewayError missing_api_key, invalid_api_key, keys_unreadable or
 *   invalid_request
 */
export const createAuthenticate = (deps: AuthenticateDeps): Authenticate => {
  const { masterKey, ring, naming, tickets, tokens } = deps;
  const expected = masterKey === undefined ? undefined : digest(masterKey);
  const isMasterKey = (key: string): boolean =>
    expected !== undefined && timingSafeEqual(digest(key), expected);
  /** Also those that were not what let the client in. */
  const removeKeys = (headers: IncomingHttpHeaders): void => {
    for (const name of KEY_FIELDS) {
      const key = keyOf(name, headers);
      const isOwn = (text: string): boolean =>
        isManagedKey(text) || isMasterKey(text) || tokens?.isToken(text) === true;
      if (key !== undefined && isOwn(key)) delete headers[name];
    }
    if (headers.authorization !== undefined && isMasterKey(headers.authorization.trim())) {
      delete headers.authorization;
    }
  };
  const letIn = (caller: Caller, key: ManagedKey | undefined, headers: IncomingHttpHeaders): Caller => {
    removeKeys(headers);
    return completeCaller(caller, key, headers, naming);
  };

  /** What the page sends for whoever clicked there, with the rights of their key. */
  const letInByTicket = (headers: IncomingHttpHeaders): Caller | undefined => {
    const text = headers[TICKET_HEADER];
    const ticket = typeof text === 'string' ? tickets?.read(text) : undefined;
    if (!ticket) return undefined;
    const { keyId, sentAgainOf } = ticket;
    const key = keyId === undefined ? undefined : ring.find(keyId);
    if (keyId !== undefined && (!key || ring.stateOf(keyId) !== 'active')) return undefined;
    const caller = key ? callerOfKey(key) : expected === undefined ? UNGUARDED : MASTER;
    return letIn({ ...caller, sentAgainOf }, key, headers);
  };

  const letTokenIn = (finding: TokenFinding, name: KeyField, headers: IncomingHttpHeaders): Caller => {
    if (finding.kind !== 'active') throw refusalOfToken(finding, shownField(name), statusFor(headers));
    const { key, signInId } = finding;
    return letIn({ ...callerOfKey(key), signInId }, key, headers);
  };

  return (headers) => {
    const own = headers[TICKET_HEADER] === undefined ? undefined : letInByTicket(headers);
    if (own) return own;
    const sent: KeyField[] = [];
    let refusal: GatewayError | undefined;
    for (const name of KEY_FIELDS) {
      const text = keyOf(name, headers);
      if (text === undefined) continue;
      if (isMasterKey(text)) return letIn(MASTER, undefined, headers);
      sent.push(name);
      if (tokens?.isToken(text)) {
        const finding = tokens.check(text);
        return finding instanceof Promise
          ? finding.then((found) => letTokenIn(found, name, headers))
          : letTokenIn(finding, name, headers);
      }
      if (!isManagedKey(text)) continue;
      const found = ring.check(text);
      if (found.kind === 'active') return letIn(callerOfKey(found.key), found.key, headers);
      refusal ??= refusalOfKey(found, shownField(name), statusFor(headers));
    }
    if (expected === undefined && !ring.isGuarding) return letIn(UNGUARDED, undefined, headers);
    if (refusal) throw refusal;
    const beside = headers['chatgpt-account-id'] !== undefined;
    const [first] = sent;
    const ownRemedy = headers['anthropic-version'] === undefined ? REMEDY : MESSAGES_REMEDY;
    const remedy = tokens ? SIGN_IN_REMEDY : ownRemedy;
    if (first === undefined || (beside && first !== 'x-gomodel-key')) {
      const where = beside ? 'X-GoModel-Key (beside the ChatGPT sign-in)' : 'Authorization or X-GoModel-Key';
      throw new GatewayError(
        'missing_api_key',
        `no gateway key came in ${where}.${beside ? '' : otherSchemeIn(headers)} ${remedy}`,
        statusFor(headers),
      );
    }
    throw new GatewayError(
      'invalid_api_key',
      `the key in ${shownField(first)} is not the master key of this gateway. ${remedy}`,
      statusFor(headers),
    );
  };
};
