import { isObject, type JsonObject } from '../../base/json-object.ts';
import { readUsage as readNamedUsage } from '../../sse/read-usage.ts';
import type { AnswerUsage } from '../answer-sink.ts';

/** Where providers put it: beside the choices, inside of one (Moonshot), in a corner of its own (Groq). */
const usageMember = (chunk: JsonObject): unknown => {
  if (isObject(chunk.usage)) return chunk.usage;
  const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
  if (isObject(choice) && isObject(choice.usage)) return choice.usage;
  return isObject(chunk.x_groq) ? chunk.x_groq.usage : undefined;
};

/** The usage of a completion or of a chunk, in the sense of the Responses API. */
export const readUsage = (chunk: JsonObject): AnswerUsage | undefined => readNamedUsage(usageMember(chunk));
