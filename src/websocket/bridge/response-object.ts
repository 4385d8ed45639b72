/** The facts of a response that the gateway itself reports. */
export interface ResponseFacts {
  readonly id: string;
  readonly model: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly status: 'in_progress' | 'completed' | 'incomplete';
  /** Why it is incomplete. */
  readonly reason?: string;
  /** The finished items, JSON separated by commas. */
  readonly output?: Buffer;
  readonly usage?: object;
}

/** A response that cost nothing: clients need every number. */
export const NO_USAGE = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
};

/** A response object with all members that clients of the Responses API need, as JSON. */
export const responseObject = (facts: ResponseFacts): string => {
  const { id, model, createdAtMs, status, reason, output, usage } = facts;
  const rest = JSON.stringify({
    id,
    object: 'response',
    created_at: Math.floor(createdAtMs / 1000),
    status,
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: null,
    metadata: {},
    model: model ?? 'unknown',
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: usage ?? null,
  });
  return `${rest.slice(0, -1)},"output":[${output?.toString('utf8') ?? ''}]}`;
};
