import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { peerOf } from '../../guard/peer-of.ts';
import { type GroupRule, termsFor } from '../../guard/people/group-rules.ts';
import { createSignInSecrets, type Provider, type SignedIn } from '../provider/open-provider.ts';
import type { Codes } from '../sign-ins/codes.ts';
import { PAGE_CLIENT, type SignIns } from '../sign-ins/sign-ins.ts';
import { problemOf, readAuthorizationRequest, redirectTo } from './authorize.ts';
import type { DevicePages } from './device-pages.ts';
import type { PageSignIns } from './page-sign-ins.ts';
import { sendRefusalPage } from './pages.ts';
import { fieldsOf } from './read-form.ts';
import type { Purpose, StateCookies } from './state-cookie.ts';

export interface BrowserSignInDeps {
  readonly provider: Provider;
  readonly cookies: StateCookies;
  readonly signIns: SignIns;
  readonly codes: Codes;
  readonly pages: PageSignIns;
  readonly devicePages: () => DevicePages;
  readonly rules: readonly GroupRule[];
  /** The gateway's public address. */
  readonly base: () => string;
}

/** A page of the dashboard, and its query: nothing that leads elsewhere. */
const VIEW = /^[a-z][a-z-]{0,19}(?:\?[\w=&%.:+*-]{0,500})?$/;
const NO_STORE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const;

const redirect = (response: ServerResponse, location: string, cookies: readonly string[]): void => {
  response.writeHead(303, { ...NO_STORE, location, 'set-cookie': [...cookies] });
  response.end();
};

const ENDED =
  'this browser has not begun this sign-in, or began it more than ten minutes ago. Begin again where you came from.';

/** The way of a browser to the identity provider and back, whatever it signs in for. */
export const createBrowserSignIn = (deps: BrowserSignInDeps) => {
  const { provider, cookies, signIns, codes, pages, devicePages, rules, base } = deps;

  const begin = async (request: IncomingMessage, purpose: Purpose) => {
    const secrets = createSignInSecrets();
    const url = await provider.authorizationUrl(secrets);
    return { url: url.href, cookie: await cookies.begin(request, { ...secrets, purpose }) };
  };
  const goSignIn = async (
    request: IncomingMessage,
    response: ServerResponse,
    purpose: Purpose,
  ): Promise<void> => {
    const { url, cookie } = await begin(request, purpose);
    redirect(response, url, [cookie]);
  };

  const arrive = async (
    request: IncomingMessage,
    response: ServerResponse,
    purpose: Purpose,
    signedIn: SignedIn,
    cleared: string,
  ): Promise<void> => {
    const { person } = signedIn;
    const key = termsFor(rules, person);
    if (!key) {
      const message = `${person.name} is signed in, but none of their groups may use this gateway. Ask whoever runs it.`;
      sendRefusalPage(response, 403, message, [cleared]);
      return;
    }
    if (purpose.kind === 'device') {
      await devicePages().ask(request, response, purpose, signedIn, cleared);
      return;
    }
    const clientId = purpose.kind === 'client' ? purpose.clientId : PAGE_CLIENT;
    const signInId = await signIns.begin(signedIn, { clientId, address: peerOf(request).address });
    if (purpose.kind === 'client') {
      const code = await codes.issue({ ...purpose, signInId });
      redirect(response, redirectTo(purpose, { code, iss: base() }), [cleared]);
      return;
    }
    try {
      const session = pages.enter(request, key, signInId);
      const view = VIEW.test(purpose.view) ? purpose.view : 'audit';
      redirect(response, `/admin/dashboard/${view}`, [cleared, session]);
    } catch (error) {
      await signIns.end(signInId);
      throw error;
    }
  };

  return {
    begin,
    /** `GET /oauth/sign-in`: to the page. */
    toPage: (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> =>
      goSignIn(request, response, { kind: 'page', view: query.get('view') ?? '' }),

    /** `GET /oauth/authorize`: for a program of this person's machine. */
    authorize: async (
      request: IncomingMessage,
      response: ServerResponse,
      query: URLSearchParams,
    ): Promise<void> => {
      const fields = fieldsOf(query);
      const asked = readAuthorizationRequest(fields);
      const problem = problemOf(fields, asked);
      if (problem) {
        const told = { error: problem.code, error_description: problem.message, iss: base() };
        redirect(response, redirectTo(asked, told), []);
        return;
      }
      await goSignIn(request, response, asked);
    },

    /** `GET /oauth/callback`: back from the identity provider. */
    finish: async (
      request: IncomingMessage,
      response: ServerResponse,
      query: URLSearchParams,
    ): Promise<void> => {
      const state = query.get('state') ?? '';
      const begun = await cookies.find(request, state);
      if (!begun) {
        sendRefusalPage(response, 400, ENDED);
        return;
      }
      const cleared = cookies.clear(request, state);
      try {
        await arrive(request, response, begun.purpose, await provider.finish(query, begun), cleared);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        const { purpose } = begun;
        if (purpose.kind === 'client') {
          const code =
            error.code === 'identity_provider_unavailable' ? 'temporarily_unavailable' : 'access_denied';
          const told = { error: code, error_description: error.message, iss: base() };
          redirect(response, redirectTo(purpose, told), [cleared]);
          return;
        }
        sendRefusalPage(response, error.status, error.message, [cleared]);
      }
    },
  };
};
