import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import { createId } from '../base/ids.ts';
import { toGatewayError } from '../base/to-gateway-error.ts';
import type { SignInConfig } from '../config/read-sign-in.ts';
import type { AdminLog } from '../guard/admin-log.ts';
import type { CheckKey } from '../guard/checks/check-key.ts';
import { createErrorAnswer } from '../guard/error-answer.ts';
import type { ManagedKey } from '../guard/keys/managed-key.ts';
import { peerOf } from '../guard/peer-of.ts';
import type { AnnounceEnds } from '../guard/people/announce-ends.ts';
import { createEndSignIns } from '../guard/people/end-sign-ins.ts';
import type { EntryStore } from '../guard/people/entry-store.ts';
import { EVERYBODY, type GroupRule } from '../guard/people/group-rules.ts';
import type { People } from '../guard/people/people.ts';
import { createWrongKeys } from '../guard/slow-wrong-keys.ts';
import { createBrowserSignIn } from './http/browser-sign-in.ts';
import { createDevicePages } from './http/device-pages.ts';
import { answerManagedSettings, type SettingsFor } from './http/managed-settings.ts';
import { describeServer } from './http/metadata.ts';
import { OAuthError } from './http/oauth-error.ts';
import { createPageSignIns, type OpenSession } from './http/page-sign-ins.ts';
import { sendRefusalPage } from './http/pages.ts';
import { readForm } from './http/read-form.ts';
import { createStateCookies } from './http/state-cookie.ts';
import { answerToken } from './http/token-endpoint.ts';
import { openProvider } from './provider/open-provider.ts';
import { createCodes } from './sign-ins/codes.ts';
import { createDevices } from './sign-ins/devices.ts';
import { createNoteEnded } from './sign-ins/note-ended.ts';
import { createSignIns } from './sign-ins/sign-ins.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import { createSeal } from './tokens/seal.ts';

export interface IdentityDeps {
  readonly config: SignInConfig;
  readonly rules: readonly GroupRule[];
  readonly people: People;
  readonly tokens: AccessTokens;
  readonly secret: Buffer;
  readonly store: EntryStore;
  readonly announce: AnnounceEnds;
  readonly adminLog: Pick<AdminLog, 'append'>;
  readonly checkKey: CheckKey;
  readonly openSession: OpenSession;
  readonly settingsFor: SettingsFor;
  /** Those that the fleet's policy names. */
  readonly policyGroups: readonly string[];
  /** Of a caller that was let in. */
  readonly keyOf: (keyId: string) => ManagedKey | undefined;
  readonly agentFor: (url: URL) => Agent;
  /** The gateway's public address, without a slash at its end; known once it listens. */
  readonly base: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds, monotonic. */
  readonly monotonic: () => number;
}

/** Answers all that people and their programs ask for when they sign in. */
export interface Identity {
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    // RFC 6749 §5.1.
    'cache-control': 'no-store',
    pragma: 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
};

/** The form of OAuth, for programs. */
const refuseProgram = (response: ServerResponse, error: unknown): void => {
  if (error instanceof OAuthError) {
    sendJson(response, error.status, { error: error.code, error_description: error.message });
    return;
  }
  const { status, message } = toGatewayError(error);
  const code = status === 503 ? 'temporarily_unavailable' : 'server_error';
  sendJson(response, status, { error: code, error_description: message });
};

const refuseBrowser = (response: ServerResponse, error: unknown): void => {
  if (error instanceof OAuthError) sendRefusalPage(response, error.status, error.message);
  else sendRefusalPage(response, toGatewayError(error).status || 500, toGatewayError(error).message);
};

type Answer = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown;

interface Endpoint {
  readonly answers: Readonly<Record<string, Answer>>;
  readonly refuse: (response: ServerResponse, error: unknown) => void;
}

export const createIdentity = (deps: IdentityDeps): Identity => {
  const { config, rules, people, tokens, secret, store, base, now } = deps;
  const isSecure = (): boolean => base().startsWith('https:');
  const seal = createSeal(secret, now);
  const needsGroups = deps.policyGroups.length > 0 || rules.some(({ group }) => group !== EVERYBODY);
  let known: { readonly base: string; readonly provider: ReturnType<typeof openProvider> } | undefined;
  /** Made anew where the gateway's address has become known. */
  const provider = (): ReturnType<typeof openProvider> => {
    if (known?.base !== base()) {
      const redirectUri = new URL('/oauth/callback', base());
      const opened = openProvider({
        ...{ config, needsGroups, redirectUri },
        agentFor: deps.agentFor,
        now: deps.monotonic,
      });
      known = { base: base(), provider: opened };
    }
    return known.provider;
  };
  const signIns = createSignIns({
    ...{ store, tokens, seal, people, rules, now },
    ending: createEndSignIns({ store, announce: deps.announce, now }),
    onEnded: createNoteEnded(deps.adminLog, now),
    provider: { refresh: (...asked) => provider().refresh(...asked) },
    tokenLifeMs: config.tokenLifeMs,
    policyGroups: deps.policyGroups,
  });
  const codes = createCodes(store, now);
  const devices = createDevices(store, now);
  const pages = createPageSignIns({
    ...{ signIns, people, now },
    openSession: deps.openSession,
    tokenLifeMs: config.tokenLifeMs,
  });
  const browser = createBrowserSignIn({
    ...{ signIns, codes, pages, rules, base },
    provider: {
      authorizationUrl: (secrets) => provider().authorizationUrl(secrets),
      finish: (...asked) => provider().finish(...asked),
      refresh: (...asked) => provider().refresh(...asked),
    },
    cookies: createStateCookies(seal, isSecure),
    devicePages: () => devicePages,
  });
  const devicePages = createDevicePages({
    ...{ devices, signIns, store, seal, isSecure, now },
    wrongCodes: createWrongKeys({ now: deps.monotonic }),
    begin: browser.begin,
  });

  const beginDevice: Answer = async (request, response) => {
    const fields = await readForm(request);
    const program = (request.headers['user-agent'] ?? 'an unknown program').slice(0, 100);
    const surface = fields.get('surface')?.slice(0, 50);
    const begun = await devices.begin({
      address: peerOf(request).address,
      program: surface === undefined ? program : `${surface} (${program})`,
    });
    if (!begun)
      throw new OAuthError('slow_down', 'too many programs wait for their people. Try again later.', 429);
    const page = `${base()}/device`;
    sendJson(response, 200, {
      device_code: begun.deviceCode,
      user_code: begun.userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${begun.userCode}`,
      expires_in: begun.expiresInS,
      interval: begun.intervalS,
    });
  };
  const revoke: Answer = async (request, response) => {
    const token = (await readForm(request)).get('token') ?? '';
    const verified = tokens.isToken(token) ? await tokens.verify(token) : undefined;
    if (verified?.kind === 'valid') await signIns.end(verified.claims.signInId);
    else await signIns.endBy(token);
    // RFC 7009 §2.2: also for what is none.
    response.writeHead(200, { 'cache-control': 'no-store', 'content-length': '0' });
    response.end();
  };
  const settings: Answer = async (request, response) => {
    const { keyId = '' } = await deps.checkKey({ headers: request.headers, peer: peerOf(request) });
    const key = deps.keyOf(keyId);
    answerManagedSettings(request, response, deps.settingsFor(key), keyId);
  };
  /** The form of Anthropic's API, which Claude Code reads. */
  const refuseClaude = (response: ServerResponse, thrown: unknown): void => {
    const error = toGatewayError(thrown);
    const { status, headers, body } = createErrorAnswer(error, createId('adm', now()), 'messages');
    response.writeHead(status, headers);
    response.end(body);
  };

  const ofProgram = (answers: Endpoint['answers']): Endpoint => ({ answers, refuse: refuseProgram });
  const ofBrowser = (answers: Endpoint['answers']): Endpoint => ({ answers, refuse: refuseBrowser });
  const endpoints: Readonly<Record<string, Endpoint>> = {
    '/.well-known/oauth-authorization-server': ofProgram({
      GET: (_request, response) => sendJson(response, 200, describeServer(base())),
    }),
    '/oauth/token': ofProgram({
      POST: async (request, response) => {
        const fields = await readForm(request);
        sendJson(response, 200, await answerToken({ signIns, codes, devices }, fields));
      },
    }),
    '/oauth/device_authorization': ofProgram({ POST: beginDevice }),
    '/oauth/revoke': ofProgram({ POST: revoke }),
    '/oauth/authorize': ofBrowser({ GET: browser.authorize }),
    '/oauth/callback': ofBrowser({ GET: browser.finish }),
    '/oauth/sign-in': ofBrowser({ GET: browser.toPage }),
    '/device': ofBrowser({
      GET: (_request, response, query) => devicePages.show(response, query),
      POST: async (request, response) => devicePages.take(request, response, await readForm(request)),
    }),
    '/device/decision': ofBrowser({
      POST: async (request, response) => devicePages.decide(request, response, await readForm(request)),
    }),
    '/managed/settings': { answers: { GET: settings }, refuse: refuseClaude },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const endpoint = Object.hasOwn(endpoints, pathname) ? endpoints[pathname] : undefined;
    const refuse = endpoint?.refuse ?? refuseProgram;
    try {
      if (!endpoint) throw new OAuthError('invalid_request', 'nothing is served here.', 404);
      const method = request.method ?? '';
      const handle = Object.hasOwn(endpoint.answers, method) ? endpoint.answers[method] : undefined;
      if (!handle) {
        response.setHeader('allow', Object.keys(endpoint.answers).join(', '));
        throw new GatewayError('method_not_allowed', `${method} is not answered here.`);
      }
      await handle(request, response, searchParams);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, error);
    }
  };

  return {
    handle: (request, response) => void answer(request, response),
    close: () => pages.close(),
  };
};
