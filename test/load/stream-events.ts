/** One answer, written piece by piece: the same for the upstream that sends it and the client that checks it. */
export interface StreamScript {
  readonly id: string;
  readonly deltas: number;
}

const data = (type: string, members: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;

/** The events of a stream, in order; each names its stream and its number, so that none can be mixed up. */
export function* eventsOf({ id, deltas }: StreamScript): Generator<string> {
  let sequence = 0;
  const next = (): { sequence_number: number } => ({ sequence_number: sequence++ });
  const response = { id: `resp_${id}`, object: 'response', status: 'in_progress', model: 'load', output: [] };
  yield data('response.created', { response, ...next() });
  for (let index = 0; index < deltas; index++) {
    const delta = `${id} says ${index} – äöü 漢字 ${'.'.repeat(index % 97)}`;
    yield data('response.output_text.delta', { item_id: `msg_${id}`, delta, ...next() });
  }
  const usage = { input_tokens: 10, output_tokens: deltas, total_tokens: 10 + deltas };
  yield data('response.completed', { response: { ...response, status: 'completed', usage }, ...next() });
}

/** The whole body, as the client must have it in the end. */
export const bodyOf = (script: StreamScript): string => [...eventsOf(script)].join('');
