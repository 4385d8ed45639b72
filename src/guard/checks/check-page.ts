import { GatewayError } from '../../base/errors.ts';
import { isLoopbackHost } from '../../config/own-address.ts';
import type { RequestHead } from '../request-head.ts';

const hostOf = (authority: string): string | undefined =>
  URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`).hostname : undefined;

const isLocal = (host: string | undefined): boolean => host !== undefined && isLoopbackHost(host);

/** A gateway is called by few names: the last one that passed is remembered, since parsing takes time. */
let lastLocalHost = '';

const hasLocalHost = (host: string): boolean => {
  if (host === lastLocalHost) return true;
  if (!isLocal(hostOf(host))) return false;
  lastLocalHost = host;
  return true;
};

/** Whether a page of this origin was served by the gateway itself: port and name are part of an origin. */
const isOwnOrigin = (origin: string, host: string | undefined): boolean => {
  if (host === undefined || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
};

/**
 * Whether an installed program sent it, such as the web view of an editor (`vscode-webview://…`) or a desktop
 * app (`app://…`): no website can have such an origin. `null` and `file:` say nothing of who it is.
 */
const isAppOrigin = (origin: string | undefined): boolean =>
  origin !== undefined && /^(?!https?:|file:|blob:|data:|about:)[a-z][a-z0-9+.-]*:\/\//i.test(origin);

const forbidden = (message: string): GatewayError => new GatewayError('forbidden_origin', message);

/** A link or a typed address that leads to the dashboard: it shows the page, and tells the other page nothing. */
const opensDashboard = ({ surface, method, target, headers }: RequestHead): boolean =>
  surface === 'admin' &&
  method === 'GET' &&
  !/^\/admin\/api(?:[/?]|$)/.test(target) &&
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document';

/**
 * Browsers say of each request how the page that makes it relates to this origin, and pages cannot change it.
 * Programs that are not browsers do not send the field.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
const checkSite = (head: RequestHead, isGuarded: boolean): void => {
  const { 'sec-fetch-site': site, origin } = head.headers;
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  // An app that was given the key is trusted by whoever gave it.
  if (opensDashboard(head) || (isGuarded && isAppOrigin(origin))) return;
  throw forbidden(
    'web pages of other origins may not use this gateway. Send the request from a program, or from the server behind the page.',
  );
};

/** A model's answer must never become a page, a frame or a script: it would run in the dashboard's origin. */
const checkUse = ({ surface, headers }: RequestHead): void => {
  if (surface !== 'model') return;
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': use } = headers;
  const isFetch = use === undefined || use === 'empty' || use === 'websocket';
  if (isFetch && !/navigate/i.test(mode ?? '')) return;
  throw forbidden(
    'a browser may not open or embed the answers of models. Use a program such as curl, or look at them at /admin/dashboard.',
  );
};

const checkOrigin = ({ surface, headers }: RequestHead, isGuarded: boolean): void => {
  const { origin, host } = headers;
  if (origin === undefined || isOwnOrigin(origin, host)) return;
  // A model is asked with the key or not at all. The dashboard's key is a cookie, which a browser adds itself.
  if (isGuarded && surface === 'model') return;
  const remedy = isGuarded ? '' : ' A program that must send an Origin needs a key: set GOMODEL_MASTER_KEY.';
  throw forbidden(
    `a web page of another origin (${origin.slice(0, 100)}) may not use this gateway.${remedy}`,
  );
};

/** A name that was rebound to this machine makes a foreign page's requests look like the gateway's own. */
const checkHost = (host: string | undefined): void => {
  if (host === undefined || hasLocalHost(host)) return;
  throw forbidden(
    `the gateway has no key and answers under names of this machine only, not ${host.slice(0, 100)}. Use localhost, or set GOMODEL_MASTER_KEY.`,
  );
};

/**
 * The gateway serves programs, and a browser only its own dashboard: any page could send requests to a port of
 * this machine, and so spend its user's money or read the log.
 * @param isGuarded true where a master key is needed; without one, this check is all that keeps pages out
 * @throws GatewayError forbidden_origin
 */
export const checkPage = (head: RequestHead, isGuarded: boolean): void => {
  checkSite(head, isGuarded);
  checkUse(head);
  checkOrigin(head, isGuarded);
  if (!isGuarded) checkHost(head.headers.host);
};
