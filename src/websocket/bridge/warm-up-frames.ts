import { NO_USAGE, type ResponseFacts, responseObject } from './response-object.ts';

/**
 * The answer to `generate: false`: an id to go on from, without asking any model.
 * @returns two events, as JSON
 */
export const warmUpFrames = (id: string, model: string | undefined, nowMs: number): Buffer[] => {
  const facts = { id, model, createdAtMs: nowMs };
  const event = (type: string, sequence: number, response: ResponseFacts): Buffer =>
    Buffer.from(`{"type":"${type}","sequence_number":${sequence},"response":${responseObject(response)}}`);
  return [
    event('response.created', 0, { ...facts, status: 'in_progress' }),
    event('response.completed', 1, { ...facts, status: 'completed', usage: NO_USAGE }),
  ];
};
