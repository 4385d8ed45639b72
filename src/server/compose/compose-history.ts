import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { createKeptAnswers } from '../../translate/create-translate.ts';
import type { ComposeOptions } from '../gateway.ts';
import { createRecall } from '../shared/earlier-answers.ts';
import type { SharedState } from '../shared/open-shared-state.ts';
import { shareAnswers } from '../shared/share-answers.ts';

export interface ComposeHistoryInput {
  readonly part: ComposeOptions['part'] | undefined;
  readonly config: Pick<GatewayConfig, 'logBodies'>;
  readonly state: Pick<SharedState, 'postgres'>;
  readonly clock: Clock;
}

/** Answers of translated models that later requests go on from, here, in other processes, and in the database. */
export const composeHistory = ({ config, state, part, clock }: ComposeHistoryInput) => {
  const own = createKeptAnswers(clock, part?.workers);
  // Who wants no bodies in the log wants none in the database.
  const answers = config.logBodies ? state.postgres?.answers : undefined;
  const findElsewhere = async (id: string): Promise<Buffer | undefined> =>
    (await part?.findEarlier(id)) ?? answers?.find(id);
  return {
    history: answers ? shareAnswers(own, answers) : own,
    recall: part || answers ? createRecall(own, findElsewhere) : undefined,
  };
};
