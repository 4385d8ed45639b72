import type { RequestHandler } from 'express';
import { GatewayError } from '../base/errors.ts';
import { sessionOf } from '../base/session-headers.ts';
import type { OutgoingBody } from '../forward/forwarding.ts';
import type { RetryingForwarder } from '../forward/retry/create-retrying-forwarder.ts';
import { mayBeForeign } from '../forward/retry/drop-foreign-thoughts.ts';
import { checkCredential } from '../forward/route/check-credential.ts';
import type { ChooseDestination } from '../forward/route/choose-destination.ts';
import { nativePath } from '../forward/route/native-path.ts';
import { noteDestination } from '../forward/route/note-destination.ts';
import { refuseStored } from '../forward/route/refuse-stored.ts';
import { restrictNative } from '../forward/route/restrict-destination.ts';
import { tellsIds } from '../forward/route/stored-ids.ts';
import type { Forwarder } from '../forward/send/create-forwarder.ts';
import { isCountPath } from '../forward/send/prepare-count.ts';
import { type AskedRequest, isTranslated, nativeRequest } from '../forward/send/prepare-request.ts';
import { describeBody, maySpend } from '../guard/budgets/describe-spending.ts';
import { asSignedIn, noteCaller } from '../guard/caller.ts';
import type { Metering, Passage } from '../guard/limits/create-metering.ts';
import { isOllamaRoute } from '../guard/match-route.ts';
import type { AllowanceOf } from '../guard/policies/create-allowances.ts';
import type { ByteRange } from '../json/scan-members.ts';
import type { Holders } from '../providers/holders/holders.ts';
import type { KeyPool } from '../providers/keys/key-pool.ts';
import type { Upstream } from '../providers/upstream.ts';
import { needsUnsealing } from '../translate/unseal-body.ts';
import type { createAnswerCount } from './answer-count.ts';
import { refuse } from './failure.ts';

export interface ForwardRequestDeps {
  readonly chooseDestination: ChooseDestination;
  readonly allowanceOf: AllowanceOf;
  /** By the names that a path may say. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Ollama's own API, where one is configured. */
  readonly ollama: () => Upstream | undefined;
  readonly forwarderOf: (upstream: Upstream) => Forwarder;
  readonly retrying: RetryingForwarder;
  readonly metering: Metering;
  /** Which key of a provider a request in its own API is sent with. */
  readonly keys: Pick<KeyPool, 'pick'>;
  readonly holders: Pick<Holders, 'note'>;
  readonly answerCount: ReturnType<typeof createAnswerCount>;
}

const NOTHING = Buffer.alloc(0);

const bytesOf = (body: OutgoingBody): Buffer => (body.kind === 'buffered' ? body.bytes : NOTHING);

const noProvider = (name: string, upstreams: ReadonlyMap<string, Upstream>): GatewayError =>
  new GatewayError(
    'unknown_route',
    `there is no provider ${name} here. Configured: ${[...upstreams.keys()].join(', ')}.`,
  );

const noOllama = (path: string): GatewayError =>
  new GatewayError(
    'unknown_route',
    `${path.slice(0, 50)} is Ollama's, and no Ollama is configured here. Set OLLAMA_BASE_URL and start gomodel-ts again; for LM Studio run \`codex --oss --local-provider lmstudio\`.`,
  );

/** An upload whose form names the model as its provider does; all other bytes stay as they are. */
const renameInUpload = (
  body: OutgoingBody,
  place: ByteRange | undefined,
  model: string | undefined,
): OutgoingBody => {
  if (body.kind !== 'stream' || body.head === undefined || !place || model === undefined) return body;
  const { head } = body;
  const renamed = Buffer.concat([
    head.subarray(0, place.start),
    Buffer.from(model),
    head.subarray(place.end),
  ]);
  return { kind: 'stream', head: renamed, addedBytes: renamed.length - head.length };
};

const isSigned = ({ credential }: Upstream): boolean => credential?.kind === 'signed';

/** What is signed must be there whole. @throws GatewayError invalid_request */
const checkSignable = (upstream: Upstream, body: OutgoingBody): void => {
  if (body.kind !== 'stream' || !isSigned(upstream)) return;
  throw new GatewayError(
    'invalid_request',
    `uploads to ${upstream.name} are not served: its requests are signed as a whole.`,
  );
};

/**
 * Hands the request to its upstream: as received where the path names a provider or the upstream speaks the
 * client's API, else translated.
 */
export const forwardRequest = (deps: ForwardRequestDeps): RequestHandler => {
  const { chooseDestination, allowanceOf, upstreams, forwarderOf, retrying, metering } = deps;
  return (request, response) => {
    const {
      exchange,
      stopwatch,
      body,
      upstreamPath: path,
      members,
      form,
      model,
      native,
      holder,
      caller,
    } = request.context;
    const named = form?.fields ?? members;
    const { record } = exchange;
    const { method, headers } = request;
    const fail = (error: unknown): void => refuse(request, response, error);
    const send = (
      upstream: Upstream,
      sentBody: OutgoingBody,
      sentPath: string,
      passage: Passage | undefined,
    ): void => {
      const holding = { provider: upstream.name, ...(caller.keyId !== undefined && { owner: caller.keyId }) };
      const onStored = tellsIds(path)
        ? (ids: readonly string[]): void => deps.holders.note(ids, holding)
        : undefined;
      const forwarding = { exchange, stopwatch, body: sentBody, path, sentPath, passage, onStored };
      forwarderOf(upstream).forward(request, response, forwarding, fail);
    };

    /** Sends the request once limits and budgets have room for it. */
    const spend = (
      upstream: Upstream,
      upstreamModel: string | undefined,
      isOnlyDestination: boolean,
      go: (passage: Passage | undefined) => void,
    ): void => {
      if (!maySpend(method, path)) {
        go(undefined);
        return;
      }
      const bytes = body.kind === 'buffered' ? body.bytes : undefined;
      const begun = metering.begin({
        exchange,
        caller: request.context.caller,
        headers,
        provider: upstream.name,
        model,
        upstreamModel,
        isOnlyDestination,
        ...describeBody({ path, bytes, members }),
      });
      if (!(begun instanceof Promise)) {
        go(begun);
        return;
      }
      begun
        .then((passage) => {
          if (!response.closed) go(passage);
        })
        .catch(fail);
    };

    const allowance = allowanceOf(request.context.caller);
    if (native) {
      const known = upstreams.get(native.provider);
      if (!known) throw noProvider(native.provider, upstreams);
      const upstream = deps.keys.pick(known, sessionOf(headers));
      restrictNative(upstream, { method, path: native.path, model, members: named, allowance });
      checkCredential(upstream);
      const sentPath = nativePath(native.path, upstream);
      checkSignable(upstream, body);
      noteDestination(record, { upstream, model, effort: undefined }, model);
      spend(upstream, undefined, true, (passage) => {
        if (!isSigned(upstream)) {
          send(upstream, body, sentPath, passage);
          return;
        }
        const forwarding = { exchange, stopwatch, body, path, sentPath, passage };
        const asked = { method, path: sentPath, headers, members, model, body: bytesOf(body) };
        const destination = { upstream, model, effort: undefined, why: 'prefix', fallbacks: [] } as const;
        retrying.forward(response, forwarding, { asked, destination }, fail);
      });
      return;
    }

    if (isOllamaRoute(path)) {
      const ollama = deps.ollama();
      if (!ollama) throw noOllama(path);
      restrictNative(ollama, { method, path, model, members, allowance });
      noteDestination(record, { upstream: ollama, model, effort: undefined }, model);
      spend(ollama, undefined, true, (passage) => send(ollama, body, path, passage));
      return;
    }

    const destination = chooseDestination({
      ...{ method, headers, path, model, members: named, allowance },
      ...(holder !== undefined && { holder }),
    });
    const { upstream } = destination;
    refuseStored(path, upstream);
    if (destination.fallbacks.length === 0) checkCredential(upstream);
    if (upstream.credential?.kind === 'client') {
      request.context.caller = asSignedIn(request.context.caller);
      noteCaller(record, request.context.caller);
    }
    if (model !== undefined || holder !== undefined) record.route = destination.why;
    if (destination.balance) record.balance = destination.balance;

    checkSignable(upstream, body);
    const asked: AskedRequest = { method, path, headers, members, model, body: bytesOf(body) };
    if (isCountPath(path) && upstream.dialect !== undefined && !upstream.native.includes('messages')) {
      deps.answerCount({ exchange, asked, destination, response }).catch(fail);
      return;
    }
    const isEdited = isTranslated(path, upstream) || needsUnsealing(asked.body);
    const needsRewrite =
      isEdited ||
      isSigned(upstream) ||
      retrying.mayTryAgain(destination, path) ||
      mayBeForeign(path, upstream, asked.body);
    noteDestination(record, destination, model);
    const isOnly = destination.fallbacks.length === 0;
    spend(upstream, destination.model, isOnly, (passage) => {
      if (body.kind !== 'stream' && needsRewrite) {
        const forwarding = { exchange, stopwatch, body, path, sentPath: path, passage };
        retrying.forward(response, forwarding, { asked, destination }, fail);
        return;
      }
      const sent = nativeRequest(asked, destination);
      const sentBody: OutgoingBody =
        body.kind === 'buffered'
          ? { kind: 'buffered', bytes: sent.body }
          : renameInUpload(body, form?.model, destination.model === model ? undefined : destination.model);
      send(upstream, sentBody, sent.path, passage);
    });
  };
};
