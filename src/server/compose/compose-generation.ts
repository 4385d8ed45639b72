import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { ResponseHistory } from '../../translate/response-history.ts';
import { composeDemoModels, composeModels, type Models } from './compose-models.ts';
import { composeOutward, type Outward, type OutwardDeps } from './compose-outward.ts';
import { composeTranslation } from './compose-translation.ts';
import { composeUpstreams, type Upstreams } from './compose-upstreams.ts';

/** All of a gateway that a reload of its configuration replaces. */
export interface Generation {
  readonly upstreams: Upstreams;
  readonly models: Models;
  readonly outward: Outward;
}

export interface GenerationDeps
  extends Pick<OutwardDeps, 'takeProvider' | 'connectTimeoutMs' | 'via' | 'recall' | 'places'> {
  readonly clock: Clock;
  readonly sealingSecret: Buffer;
  readonly history: ResponseHistory;
  readonly isDemo: boolean;
  /** Where the demo answers in place of all providers. */
  readonly demoUrl: URL | undefined;
  /** Another one, for tests. */
  readonly translateInto: OutwardDeps['translateInto'] | undefined;
}

export const composeGeneration = async (config: GatewayConfig, deps: GenerationDeps): Promise<Generation> => {
  const { clock, sealingSecret, history, isDemo, demoUrl, translateInto, ...outwardDeps } = deps;
  const models = isDemo ? composeDemoModels('demo') : await composeModels(config, clock);
  const upstreams = composeUpstreams(config, demoUrl);
  const { routing, costOf, factsOf } = models;
  const outward = composeOutward({
    ...outwardDeps,
    ...{ config, upstreams, routing, costOf, clock },
    ...composeTranslation({ sealingSecret, clock, factsOf, history }),
    ...(translateInto && { translateInto }),
  });
  return { upstreams, models, outward };
};
