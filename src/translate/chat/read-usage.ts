import type { JsonObject } from '../../base/json-object.ts';
import { addSearchOfModel } from '../../sse/readers/count-searches.ts';
import { readTier } from '../../sse/readers/note-tier.ts';
import {
  readUsage as readNamedUsage,
  readStatedCost,
  tierOfUsage,
  usageMember,
} from '../../sse/readers/read-usage.ts';
import type { AnswerUsage } from '../answer-sink.ts';

/** The usage of a completion or of a chunk, in the sense of the Responses API. */
export const readUsage = (chunk: JsonObject): AnswerUsage | undefined => {
  const member = usageMember(chunk);
  const usage = readNamedUsage(member);
  const statedCostUsd = readStatedCost(member);
  const model = typeof chunk.model === 'string' ? chunk.model : undefined;
  const serviceTier = readTier(chunk.service_tier ?? tierOfUsage(member));
  return (
    usage && {
      ...addSearchOfModel(usage, model),
      ...(statedCostUsd !== undefined && { statedCostUsd }),
      ...(serviceTier !== undefined && { serviceTier }),
    }
  );
};
