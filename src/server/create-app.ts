import express, { type Express, type RequestHandler } from 'express';
import { type Admin, isAnsweredHere } from '../admin/create-admin.ts';
import type { Clock } from '../base/time/clock.ts';
import type { BodyBudget } from '../coding/body-budget.ts';
import type { RetryingForwarder } from '../forward/retry/create-retrying-forwarder.ts';
import type { ChooseDestination, Placing } from '../forward/route/choose-destination.ts';
import type { UpstreamClient } from '../forward/send/create-upstream-client.ts';
import type { Admit } from '../guard/admit.ts';
import type { Metering } from '../guard/limits/create-metering.ts';
import { isSignInPath } from '../guard/people/sign-in-path.ts';
import type { AllowanceOf } from '../guard/policies/create-allowances.ts';
import type { AcceptFirst } from '../http/accept-first.ts';
import { admitRequest } from '../http/admit-request.ts';
import { createAdmitTo } from '../http/admit-to.ts';
import { answerBrowser, isForBrowsers } from '../http/answer-browser.ts';
import { type AnswerCountDeps, createAnswerCount } from '../http/answer-count.ts';
import { answerModels } from '../http/answer-models.ts';
import { decompress } from '../http/decompress.ts';
import { describeRequest } from '../http/describe-request.ts';
import { failure } from '../http/failure.ts';
import { findHolder } from '../http/find-holder.ts';
import { forwardRequest } from '../http/forward-request.ts';
import { health } from '../http/health.ts';
import { openExchange } from '../http/open-exchange.ts';
import { placeSession } from '../http/place-session.ts';
import { readBody } from '../http/read-body.ts';
import { readForm } from '../http/read-form.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import type { ChooseUpstream } from '../providers/choose-upstream.ts';
import type { Holders } from '../providers/holders/holders.ts';
import type { KeyPool } from '../providers/keys/key-pool.ts';
import type { Upstream } from '../providers/upstream.ts';
import { isTelemetryPath } from './compose/compose-intake.ts';
import type { MetricsRoute } from './compose/compose-metrics.ts';
import type { Models } from './compose/compose-models.ts';
import { instanceOf } from './create-via.ts';

export interface AppDeps {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly admin: Pick<Admin, 'handle'>;
  /** Answers `/readyz`. */
  readonly readyz: RequestHandler;
  /** Absent where nobody wants them. */
  readonly metrics: Pick<MetricsRoute, 'endpoint' | 'handle'> | undefined;
  /** Takes in what clients tell of themselves. */
  readonly intake: RequestHandler;
  readonly chooseUpstream: ChooseUpstream;
  readonly chooseDestination: ChooseDestination;
  readonly placing: Placing;
  readonly holders: Holders;
  readonly allowanceOf: AllowanceOf;
  /** Of the configured providers, by name; a reload changes what is in it. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly ollama: () => Upstream | undefined;
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
  readonly retrying: RetryingForwarder;
  readonly metering: Metering;
  readonly keys: KeyPool;
  readonly prepareCount: AnswerCountDeps['prepareCount'];
  /** What is known of models at the moment. */
  readonly models: () => Pick<Models, 'listModels' | 'listOwn'>;
  /** The catalog that `init-codex --catalog` saved. */
  readonly loadCatalog: () => Promise<Buffer | undefined>;
  readonly admit: Admit;
  /** Whether callers need a key. */
  readonly isGuarded: () => boolean;
  /** Whether people can sign in by an identity provider. */
  readonly canSignIn: boolean;
  readonly version: string;
  readonly via: string;
  readonly bodySizeLimitBytes: number;
  /** Of all bodies in memory. */
  readonly bodies: BodyBudget;
  readonly bodyIdleTimeoutMs: number;
  readonly arrivals: Pick<AcceptFirst, 'goOn'>;
  /** Whether a model's name decides where a request goes. */
  readonly routesByModel: () => boolean;
}

/**
 * The way of a request, in order. What refuses needs no body where that is possible, and everything but
 * the health routes has an exchange before it can be refused.
 */
export const createApp = (deps: AppDeps): Express => {
  const { clock, recorder, chooseUpstream, chooseDestination, allowanceOf, clientFor, retrying } = deps;
  const app = express();
  // Both cost a fifth of the throughput, and neither is the upstream's answer.
  app.disable('x-powered-by').disable('etag').set('query parser', false);

  const admitTo = createAdmitTo({ admit: deps.admit, clock });
  const admitToHealth = admitTo('health');
  const admitToAdmin = admitTo('admin');
  const { version, isGuarded, via } = deps;
  app.get('/health', admitToHealth, health({ version, isGuarded, instance: instanceOf(via) }));
  app.get('/readyz', admitToHealth, deps.readyz);
  if (deps.metrics) app.all(deps.metrics.endpoint, admitToAdmin, deps.metrics.handle);
  app.use((request, response, next) => {
    const isSignIn = deps.canSignIn && isSignInPath(request.url);
    if (!isSignIn && !isAnsweredHere(request.url)) return next();
    admitToAdmin(request, response, (error) =>
      error === undefined ? deps.admin.handle(request, response, next) : next(error),
    );
  });

  app.use((request, response, next) => {
    if (!isTelemetryPath(request.url)) return next();
    admitToAdmin(request, response, (error) =>
      error === undefined ? deps.intake(request, response, next) : next(error),
    );
  });

  app.use((request, response, next) => {
    if (!isForBrowsers(request)) return next();
    admitToAdmin(request, response, (error) =>
      error === undefined ? answerBrowser(request, response, next) : next(error),
    );
  });

  // One route for all, since each layer of the router's own looks at the path anew.
  app.all(
    /^/,
    openExchange({ recorder, clock }),
    admitRequest(deps.admit),
    answerModels({
      ...{ chooseUpstream, clientFor, via: deps.via },
      loadCatalog: deps.loadCatalog,
      speaksMessages: () => [...deps.upstreams.values()].every(({ native }) => native.includes('messages')),
      ...{ models: deps.models, allowanceOf },
    }),
    readBody({
      ...{ maxBytes: deps.bodySizeLimitBytes, budget: deps.bodies },
      idleTimeoutMs: deps.bodyIdleTimeoutMs,
      arrivals: deps.arrivals,
    }),
    readForm({
      budget: deps.bodies,
      routesByModel: deps.routesByModel,
      limitsModels: (caller) => allowanceOf(caller).limitsModels,
    }),
    decompress({ maxBytes: deps.bodySizeLimitBytes, budget: deps.bodies }),
    describeRequest(),
    placeSession(deps.placing),
    findHolder({ holders: deps.holders, allowanceOf, upstreams: deps.upstreams }),
    forwardRequest({
      chooseDestination,
      allowanceOf,
      upstreams: deps.upstreams,
      ollama: deps.ollama,
      forwarderOf: (upstream) => clientFor(upstream).forwarder,
      retrying,
      metering: deps.metering,
      keys: deps.keys,
      holders: deps.holders,
      answerCount: createAnswerCount({ prepareCount: deps.prepareCount, clientFor }),
    }),
    failure(),
  );
  return app;
};
