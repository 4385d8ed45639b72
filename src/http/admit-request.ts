import type { Request, RequestHandler, Response } from 'express';
import type { Admit, Verdict } from '../guard/admit.ts';
import { nameCaller } from '../guard/name-caller.ts';
import { headOf } from '../guard/request-head.ts';

/** Lets a model request in, with what the gate has found out about it, or hands its refusal on. */
export const admitRequest = (admit: Admit): RequestHandler => {
  const settle = (verdict: Verdict, { context }: Request): void => {
    const { exchange } = context;
    if (verdict.kind === 'refused') {
      if (verdict.by === 'key') exchange.record.auth = 'rejected';
      // Decided here, behind the key, and not by a header: nobody can hide requests to models so.
      if (verdict.by === 'read') exchange.record.probe = true;
      if (verdict.caller !== undefined) nameCaller(exchange, verdict.caller);
      throw verdict.error;
    }
    const { route, caller } = verdict.admission;
    nameCaller(exchange, caller);
    context.caller = caller;
    context.upstreamPath = route.path;
    context.native = route.native;
  };
  const settleLater = async (pending: Promise<Verdict>, request: Request, response: Response) => {
    settle(await pending, request);
    // A client that has left meanwhile is not asked for its body.
    return !response.closed;
  };
  // Not async as a whole: a request that is decided on at once does not wait for another turn of the event loop.
  return (request, response, next) => {
    const verdict = admit(headOf(request, 'model'));
    if (verdict instanceof Promise) {
      settleLater(verdict, request, response).then((isThere) => {
        if (isThere) next();
      }, next);
      return;
    }
    settle(verdict, request);
    next();
  };
};
