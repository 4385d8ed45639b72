import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { createId } from '../base/ids.ts';
import type { Clock } from '../base/time/clock.ts';
import { toGatewayError } from '../base/to-gateway-error.ts';
import type { Admit, Verdict } from '../guard/admit.ts';
import { createErrorAnswer } from '../guard/error-answer.ts';
import { headOf, type Surface } from '../guard/request-head.ts';
import { endRefused } from './end-refused.ts';

export interface AdmitToDeps {
  readonly admit: Admit;
  readonly clock: Clock;
}

/** Puts the gate before what asks for no model: such requests are no exchanges, and leave no record. */
export const createAdmitTo = ({ admit, clock }: AdmitToDeps) => {
  const refuse = (request: IncomingMessage, response: ServerResponse, error: unknown): void =>
    endRefused(request, response, createErrorAnswer(toGatewayError(error), createId('adm', clock.now())));
  return (surface: Surface): RequestHandler =>
    (request, response, next) => {
      const settle = (verdict: Verdict): void => {
        if (verdict.kind === 'refused') refuse(request, response, verdict.error);
        else next();
      };
      const verdict = admit(headOf(request, surface));
      if (verdict instanceof Promise) void verdict.then(settle).catch(next);
      else settle(verdict);
    };
};
