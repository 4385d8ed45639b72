import { createHash } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ifNoneMatch } from '../base/if-none-match.ts';
import { INERT_ANSWER } from '../base/inert-answer.ts';
import { extendCatalog } from '../codex/catalog/extend-catalog.ts';
import { toServedModels } from '../codex/catalog/to-served-models.ts';
import { createClientHeaders } from '../forward/relay/client-headers.ts';
import type { UpstreamClient } from '../forward/send/create-upstream-client.ts';
import type { AllowanceOf } from '../guard/policies/create-allowances.ts';
import { type Allowance, namesOf, notAllowed } from '../providers/allowance.ts';
import { toAnthropicList, toAnthropicModel } from '../providers/anthropic-list.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import { type JoinedModel, toOpenAiList } from '../providers/joined-models.ts';
import type { Upstream } from '../providers/upstream.ts';
import { askForCatalog, parseCatalog, type UpstreamCatalog } from './ask-for-catalog.ts';

type ListModels = () => Promise<readonly JoinedModel[]>;

export interface AnswerModelsDeps {
  readonly chooseUpstream: ChooseUpstream;
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
  /** The catalog that `init-codex --catalog` saved, as JSON; undefined if there is none. */
  readonly loadCatalog: () => Promise<Buffer | undefined>;
  /** What is known of models at the moment. */
  readonly models: () => {
    /** All that can be asked for; absent where the one upstream's own list says it all. */
    readonly listModels: ListModels | undefined;
    /** The same, also where the one upstream's own list says it all. */
    readonly listOwn: ListModels;
  };
  /** Whether all upstreams have Anthropic's form of the list themselves. */
  readonly speaksMessages: () => boolean;
  readonly via: string;
  readonly allowanceOf: AllowanceOf;
}

/** Codex keeps the models that it was built with alongside these. */
const NO_MODELS = Buffer.from('{"models":[]}');

/** Codex asks for its own form of the list by its version; everyone else means OpenAI's. */
const asksForCatalog = (path: string): boolean => /^\/models\?(?:.*&)?client_version=/.test(path);
/** @returns the model's name, `provider/model` also as one path segment; undefined if the path is another one */
const askedModel = (path: string): string | undefined => {
  const [, name] = /^\/models\/([^?]+)/.exec(path) ?? [];
  try {
    return name && decodeURIComponent(name);
  } catch {
    return undefined;
  }
};
const asksForList = (path: string): boolean => /^\/models\/?(?:\?|$)/.test(path);

const sendOwn = ({ context, headers }: Request, response: Response, body: Buffer): void => {
  const { record, id } = context.exchange;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const isKnown = ifNoneMatch(headers['if-none-match'], etag);
  record.response.finish = 'completed';
  record.status = isKnown ? 304 : 200;
  record.response.bytes = isKnown ? 0 : body.length;
  response.writeHead(record.status, {
    'content-type': 'application/json',
    etag,
    'x-request-id': id,
    ...INERT_ANSWER,
  });
  response.end(isKnown ? undefined : body);
};

const sendFound = (
  { context: { exchange } }: Request,
  response: Response,
  { message, body }: UpstreamCatalog,
): void => {
  const { record } = exchange;
  record.response.finish = 'completed';
  record.status = message.statusCode ?? 200;
  record.response.bytes = body.length;
  exchange.keepResponseHeaders(message.rawHeaders);
  response.writeHead(record.status, createClientHeaders(message, exchange.id, []));
  response.end(body);
};

/** What Codex is told: the upstream's own catalog, or a saved one, and in it what other providers serve. */
const answerCatalog = async (
  request: Request,
  response: Response,
  { chooseUpstream, clientFor, loadCatalog, models, via }: AnswerModelsDeps,
  allowance: Allowance,
): Promise<void> => {
  const { exchange } = request.context;
  exchange.commit();
  const served = toServedModels(allowedOf((await models().listModels?.()) ?? [], allowance));
  const isExtended = served.length > 0 || allowance.isLimited;
  const upstream = chooseUpstream(request.headers);
  const speaksCatalog = upstream.credential !== undefined && upstream.native.includes('responses');
  const found = speaksCatalog
    ? await askForCatalog(request, response, { client: clientFor(upstream), via, isExtended })
    : undefined;
  if (response.destroyed) return;
  if (found) {
    exchange.record.provider = upstream.name;
    exchange.record.upstream = upstream.baseUrl.host;
  }
  if (found && !isExtended) {
    sendFound(request, response, found);
    return;
  }
  const body = found?.body ?? (await loadCatalog()) ?? NO_MODELS;
  const known = (found?.models ?? parseCatalog(body))?.filter(({ slug }) =>
    allowance.allows(upstream.name, namesOf(upstream.name, slug, undefined)),
  );
  const whole =
    known && isExtended
      ? Buffer.from(JSON.stringify({ models: extendCatalog(known, served) }))
      : allowance.isLimited
        ? NO_MODELS
        : body;
  sendOwn(request, response, whole);
};

const allowedOf = (models: readonly JoinedModel[], allowance: Allowance): readonly JoinedModel[] =>
  models.filter(({ name, provider, upstreamModel }) =>
    allowance.allows(provider, namesOf(provider, upstreamModel, name)),
  );

/** What is asked for by its provider's name in front is the same model. */
const isCalled = (
  { name, provider, upstreamModel, isAlias }: JoinedModel,
  asked: string | undefined,
): boolean => name === asked || (!isAlias && `${provider}/${upstreamModel}` === asked);

/** Anthropic's own clients say so, and read its form of the list alone. */
const isAnthropics = ({ headers }: Request): boolean => headers['anthropic-version'] !== undefined;

/** @returns what a plain client is told; undefined if it is not for the gateway to say */
const composeAnswer = async (
  request: Request,
  listModels: ListModels,
  allowance: Allowance,
): Promise<object | undefined> => {
  const { upstreamPath: path } = request.context;
  const name = askedModel(path);
  if (name === undefined && !asksForList(path)) return undefined;
  const models = allowedOf(await listModels(), allowance);
  const found = models.filter((model) => isCalled(model, name)).slice(0, 1);
  if (isAnthropics(request)) {
    return name === undefined
      ? toAnthropicList(models, new URLSearchParams(path.split('?')[1]))
      : toAnthropicModel(found[0]);
  }
  return name === undefined ? toOpenAiList(models) : toOpenAiList(found).data[0];
};

/**
 * Answers Codex's `GET models?client_version=…` in the catalog's form: the upstream's own where it
 * speaks that, else the one that `init-codex --catalog` saved, else an empty one, to which Codex adds the
 * models that it was built with; and in each of them what other providers serve. A plain `GET models` is
 * answered with all that can be asked for, where that is more than the one upstream lists itself. All other
 * requests go on.
 */
export const answerModels = (deps: AnswerModelsDeps): RequestHandler => {
  const answerList = async (
    request: Request,
    response: Response,
    next: NextFunction,
    listModels: ListModels,
    allowance: Allowance,
  ): Promise<void> => {
    const { upstreamPath } = request.context;
    const answer = await composeAnswer(request, listModels, allowance);
    if (!answer) {
      const name = askedModel(upstreamPath);
      // What the list does not show a limited caller must not be found by its name either.
      if (allowance.limitsModels && name !== undefined) throw notAllowed(`the model ${name}`, allowance);
      next();
      return;
    }
    request.context.exchange.commit();
    sendOwn(request, response, Buffer.from(JSON.stringify(answer)));
  };
  // Not async as a whole: all other requests pass without waiting for a turn of their own.
  return (request, response, next) => {
    const { upstreamPath, native } = request.context;
    const isAsked = request.method === 'GET' && native === undefined;
    if (!isAsked || !/^\/models(?:[/?]|$)/.test(upstreamPath)) {
      next();
      return undefined;
    }
    const allowance = deps.allowanceOf(request.context.caller);
    if (asksForCatalog(upstreamPath)) return answerCatalog(request, response, deps, allowance);
    const isOwn = allowance.isLimited || (isAnthropics(request) && !deps.speaksMessages());
    const known = deps.models();
    const listModels = known.listModels ?? (isOwn ? known.listOwn : undefined);
    if (listModels) return answerList(request, response, next, listModels, allowance);
    next();
    return undefined;
  };
};
