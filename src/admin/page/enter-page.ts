import type { IncomingMessage, ServerResponse } from 'node:http';
import { prefixOf } from '../../guard/peer-of.ts';
import type { Access } from '../access/create-access.ts';
import { PAGE_BASE } from './serve-page.ts';

const DEFAULT_VIEW = 'audit';
/** A page of the dashboard, and its query: nothing that leads elsewhere. */
const VIEW = /^[a-z]{1,20}(?:\?[\w=&%.:-]{0,500})?$/;

const REFUSAL = `This link lets one browser in, once and within a minute, on this machine.
It was used already, is too old, or was used elsewhere.

For a new one, run:  npx gomodel-ts dashboard
Or log in with your key at ${PAGE_BASE}${DEFAULT_VIEW}
`;

/**
 * Answers a link to enter by: the cookie of a session and the way to the page. The token ends here: the page's
 * address is another one, and no address is passed on (`Referrer-Policy: no-referrer`).
 */
export const enterPage = (
  access: Pick<Access, 'enter'>,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  response.setHeader('cache-control', 'no-store');
  // A look at a link's head, as some programs take before they show it, must not use it up.
  const cookie = request.method === 'GET' ? access.enter(request, query.get('token') ?? '') : undefined;
  if (cookie === undefined) {
    response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(request.method === 'GET' ? REFUSAL : '');
    return;
  }
  const view = query.get('view') ?? '';
  response.writeHead(303, {
    'set-cookie': cookie,
    location: `${prefixOf(request)}${PAGE_BASE}${VIEW.test(view) ? view : DEFAULT_VIEW}`,
  });
  response.end();
};
