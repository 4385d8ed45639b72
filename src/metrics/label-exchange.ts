import { createBoundedValues, OTHER } from '../base/bound-values.ts';
import type { ExchangeRecord } from '../log/record.ts';
import { endpointOf } from './endpoint-of.ts';

/** GoModel's labels, as far as they are known when a request has arrived. */
export interface RunningLabels {
  readonly provider: string;
  readonly endpoint: string;
  readonly stream: string;
}

/** And when it has ended. */
export interface EndedLabels extends RunningLabels {
  readonly model: string;
}

/** Of a request that was refused before anything was chosen for it. */
const NONE = 'none';

const MAX_PROVIDERS = 100;
export const MAX_MODELS = 200;
/** A combination is a series of each histogram, with a line for each bucket. */
export const MAX_COMBINATIONS = 1_000;
const MAX_CODES = 100;

const isAnswered = ({ status }: ExchangeRecord): boolean => status !== undefined && status < 400;

/**
 * Says how exchanges are labelled, with a bound on everything that clients and providers choose. A model gets a series of
 * its own once it has answered: names that were only asked for take nobody's room.
 */
export const createLabeller = () => {
  const providers = createBoundedValues(MAX_PROVIDERS);
  const models = createBoundedValues(MAX_MODELS);
  const combinations = createBoundedValues(MAX_COMBINATIONS);
  const codes = createBoundedValues(MAX_CODES);

  const running = ({ provider, path, stream }: ExchangeRecord): RunningLabels => ({
    provider: provider === undefined ? NONE : providers.take(provider),
    endpoint: endpointOf(path),
    stream: String(stream === true),
  });
  const modelOf = (record: ExchangeRecord): string => {
    if (record.model === undefined) return NONE;
    return isAnswered(record) ? models.take(record.model) : models.find(record.model);
  };
  return {
    running,
    ended: (record: ExchangeRecord): EndedLabels => {
      const known = running(record);
      const model = modelOf(record);
      const { provider, endpoint, stream } = known;
      const hasRoom = combinations.take([provider, model, endpoint, stream].join(' ')) !== OTHER;
      return hasRoom
        ? { provider, model, endpoint, stream }
        : { provider, model: OTHER, endpoint: OTHER, stream };
    },
    code: (code: string): string => codes.take(code),
  };
};

export type Labeller = ReturnType<typeof createLabeller>;
