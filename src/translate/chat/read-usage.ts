import type { JsonObject } from '../../base/json-object.ts';
import { readUsage as readNamedUsage, usageMember } from '../../sse/read-usage.ts';
import type { AnswerUsage } from '../answer-sink.ts';

/** The usage of a completion or of a chunk, in the sense of the Responses API. */
export const readUsage = (chunk: JsonObject): AnswerUsage | undefined => readNamedUsage(usageMember(chunk));
