import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { createId } from '../../base/ids.ts';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import { createErrorAnswer } from '../../guard/error-answer.ts';
import { NO_VIEWER, type Viewer } from '../../guard/viewer.ts';
import { checkRole, type RequiredRole } from '../access/check-role.ts';
import type { Access } from '../access/create-access.ts';
import type { Handle } from './call.ts';

/** What is answered at a path below `/admin/api/v1/`. */
export interface Route {
  readonly path: RegExp;
  /** `GET` is `HEAD`, too. */
  readonly methods: Readonly<Record<string, Handle>>;
  /** Answered without a session. */
  readonly isOpen?: boolean;
  /** Who may read it; default: a member, who sees their own subtree. */
  readonly role?: RequiredRole;
  /** Who may do what is not reading; default: an admin alone. */
  readonly changedBy?: RequiredRole;
}

export const API_BASE = '/admin/api/v1/';

/** Answers with a refusal, in the form that all of the gateway's have. */
export const refuse = (response: ServerResponse, thrown: unknown, nowMs: number): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = createErrorAnswer(toGatewayError(thrown), createId('adm', nowMs));
  response.writeHead(status, headers);
  response.end(body);
};

const allowedOf = ({ methods }: Route): string => {
  const names = Object.keys(methods);
  return [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
};

/**
 * Finds the route of a request and lets it answer.
 * @throws GatewayError unknown_route, method_not_allowed, what the access check and the route throw
 */
export const createDispatch =
  (routesFor: (viewer: Viewer) => readonly Route[], access: Access) =>
  async (
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const find = (viewer: Viewer): Route | undefined =>
      routesFor(viewer).find((candidate) => candidate.path.test(path));
    // Before a key was shown, nothing is told of what is here.
    const isOpen = find(NO_VIEWER)?.isOpen === true;
    const viewer = isOpen ? NO_VIEWER : await access.identify(request);
    const route = find(viewer);
    if (!route) {
      throw new GatewayError(
        'unknown_route',
        `the admin API has nothing at ${path.slice(0, 100)}. See ${API_BASE}openapi.json for what it has.`,
      );
    }
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    if (method === 'OPTIONS') {
      response.writeHead(204, { allow: allowedOf(route) });
      response.end();
      return;
    }
    const handle = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
    if (!handle) {
      throw new GatewayError('method_not_allowed', `${request.method} is not answered here.`, {
        headers: { allow: allowedOf(route) },
      });
    }
    if (!isOpen)
      checkRole(viewer, method === 'GET' ? (route.role ?? 'member') : (route.changedBy ?? 'admin'));
    const params = route.path.exec(path)?.slice(1) ?? [];
    await handle({ request, response, query, params, viewer });
  };
