import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { CheckKey } from '../../guard/checks/check-key.ts';
import { peerOf } from '../../guard/peer-of.ts';
import { sendJson } from '../api/call.ts';
import { readSmallBody } from '../api/read-small-body.ts';
import { answerCallerUsage, type CallerUsageDeps } from './caller-usage.ts';
import { answerTurnCosts } from './turn-costs.ts';

const USAGE = /^\/v1\/usage(?:\?|$)/;
const TURN_COSTS = /^\/v1\/analytics\/codex\/turn-costs(?:\?|$)/;

/** What callers ask of themselves, with the key of their requests. @param url path and query */
export const isCallerPath = (url: string): boolean => USAGE.test(url) || TURN_COSTS.test(url);

export interface CallerApiDeps extends CallerUsageDeps {
  readonly checkKey: CheckKey;
}

/**
 * Answers it. It asks for no model: it is no exchange, counts in no limit and leaves no record.
 * @throws GatewayError missing_api_key, invalid_api_key, method_not_allowed, what the answers throw
 */
export const createCallerApi =
  (deps: CallerApiDeps) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '', method } = request;
    const isUsage = USAGE.test(url);
    const allowed = isUsage ? ['GET', 'HEAD'] : ['POST'];
    if (!allowed.includes(method ?? '')) {
      throw new GatewayError('method_not_allowed', `${method} is not answered here.`, {
        headers: { allow: allowed.join(', ') },
      });
    }
    response.setHeader('cache-control', 'no-store');
    const { headers } = request;
    const caller = await deps.checkKey({ headers, peer: peerOf(request) });
    const answer = isUsage
      ? await answerCallerUsage(deps, caller, headers, new URL(url, 'http://localhost').searchParams)
      : await answerTurnCosts(deps, caller, await readSmallBody(request));
    sendJson({ response }, answer);
  };
