import { GatewayError } from '../../../base/errors.ts';
import type { Facts, LogReader } from '../../../log/port.ts';
import { readText } from '../../select/read-query.ts';
import type { DetailDeps } from '../detail.ts';
import { requireExchange } from '../detail.ts';
import type { FindPrompt } from './find-prompt.ts';
import { groupTurns, type TurnFacts } from './group-turns.ts';

/** More exchanges of a client that names no turns are not read for the user's words. */
const MAX_READ = 400;

const isModelRequest = ({ method, transport }: Facts): boolean =>
  method === 'POST' || transport === 'websocket';

/** A session as its turns. */
export const readTurns = async (facts: readonly Facts[], findPrompt: FindPrompt): Promise<TurnFacts[]> => {
  const unnamed = facts.filter((one) => one.turnId === undefined && isModelRequest(one)).slice(0, MAX_READ);
  const prompted = new Set<string>();
  for (const { id, durationMs } of unnamed) {
    if ((await findPrompt(id, Number.isNaN(durationMs))) !== undefined) prompted.add(id);
  }
  return groupTurns(facts, ({ id }) => prompted.has(id));
};

/** The words of the first exchange of a turn that has some: a connection may warm up before. */
export const promptOf = async (turn: TurnFacts, findPrompt: FindPrompt): Promise<string | undefined> => {
  for (const one of turn.slice(0, 3)) {
    const prompt = await findPrompt(one.id, Number.isNaN(one.durationMs));
    if (prompt !== undefined) return prompt;
  }
  return undefined;
};

export interface AskedSession {
  readonly id: string;
  /** Oldest first; at least one. */
  readonly facts: readonly Facts[];
  /** The exchange that was asked for. */
  readonly anchorId: string | undefined;
}

/** The session of a query: by `session`, or that of the exchange `log_id`. @throws GatewayError unknown_exchange */
export const requireSession = async (
  deps: Pick<DetailDeps, 'recorder'> & { readonly log: LogReader },
  query: URLSearchParams,
): Promise<AskedSession> => {
  const logId = readText(query, 'log_id');
  const anchor = logId === undefined ? undefined : (await requireExchange(deps, logId)).record;
  const id = readText(query, 'session') ?? anchor?.client.sessionId ?? anchor?.client.threadId;
  if (id === undefined) {
    throw new GatewayError('invalid_request', 'name a session with session or log_id.', {
      param: 'session',
    });
  }
  const facts = await deps.log.thread({ sessionId: id });
  if (facts.length === 0) {
    throw new GatewayError('unknown_exchange', `the log holds no session ${id.slice(0, 60)}.`, {
      param: 'session',
    });
  }
  return { id, facts, anchorId: anchor?.id };
};
