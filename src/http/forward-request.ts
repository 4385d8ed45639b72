import type { RequestHandler } from 'express';
import type { ChooseDestination } from '../forward/choose-destination.ts';
import type { AskingForwarder } from '../forward/create-asking-forwarder.ts';
import type { Forwarder } from '../forward/create-forwarder.ts';
import type { Forwarding, OutgoingBody } from '../forward/forwarding.ts';
import { noteDestination } from '../forward/note-destination.ts';
import { type AskedRequest, isTranslated, nativeRequest } from '../forward/prepare-request.ts';
import { checkCredential } from '../guard/check-credential.ts';
import type { Upstream } from '../providers/upstream.ts';
import { refuse } from './failure.ts';

export interface ForwardRequestDeps {
  readonly chooseDestination: ChooseDestination;
  readonly forwarderOf: (upstream: Upstream) => Forwarder;
  readonly asking: AskingForwarder;
}

const NOTHING = Buffer.alloc(0);

const bytesOf = (body: OutgoingBody): Buffer => (body.kind === 'buffered' ? body.bytes : NOTHING);

/** Hands the request to its upstream: as it came where that speaks the client's API, else translated. */
export const forwardRequest =
  ({ chooseDestination, forwarderOf, asking }: ForwardRequestDeps): RequestHandler =>
  (request, response) => {
    const { exchange, stopwatch, body, upstreamPath: path, members, model } = request.context;
    const { record } = exchange;
    const destination = chooseDestination(request.headers, model);
    const { upstream } = destination;
    checkCredential(upstream);
    // Without a key of the gateway's own, the sign-in is all that says who this is.
    if (upstream.credential?.kind === 'client' && record.auth === 'none') record.auth = 'chatgpt';
    if (model !== undefined) record.route = destination.why;

    const fail = (error: unknown): void => refuse(request, response, error);
    const { method, headers } = request;
    const asked: AskedRequest = { method, path, headers, members, model, body: bytesOf(body) };
    const begin = (sent: Pick<Forwarding, 'body' | 'sentPath'>): Forwarding => ({
      ...sent,
      exchange,
      stopwatch,
      path,
    });

    if (body.kind !== 'stream' && isTranslated(path, upstream)) {
      asking.forward(response, begin({ body, sentPath: path }), { asked, destination }, fail);
      return;
    }
    const sent = nativeRequest(asked, destination);
    noteDestination(record, destination, model);
    const sentBody: OutgoingBody = body.kind === 'buffered' ? { kind: 'buffered', bytes: sent.body } : body;
    forwarderOf(upstream).forward(request, response, begin({ body: sentBody, sentPath: sent.path }), fail);
  };
