import { userWords } from '../../admin/answers/session-title.ts';
import { conversationsOf, findToolUses, type TurnPlace } from '../../admin/answers/turns/tool-uses.ts';
import type { ClientToolUse } from '../../admin/api-types/turns.ts';
import { billOf, type Pricing } from '../../admin/cost/create-pricing.ts';
import { sumOf } from '../../admin/cost/price-book.ts';
import { readConversation } from '../../conversation/read-conversation.ts';
import {
  type ClientEventReader,
  type ExchangeDetail,
  type ExchangeRecord,
  isFailure,
  type LogReader,
} from '../../log/port.ts';
import { changedFilesOf } from '../launch/count-files.ts';

/** One exchange of a story. */
interface StoryLine {
  readonly record: ExchangeRecord;
  /** What was paid by the token. */
  readonly costUsd: number | undefined;
}

/** What followed from one prompt. */
export interface StoryTurn {
  /** The user's own words in one line; undefined before there were any. */
  readonly prompt: string | undefined;
  readonly lines: readonly StoryLine[];
  /** Files that patches and edits name, in the order in which they were. */
  readonly files: readonly string[];
  /** What the client told of its tools. */
  readonly uses: readonly ClientToolUse[];
}

export interface Story {
  readonly sessionId: string;
  readonly turns: readonly StoryTurn[];
  readonly failed: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly costUsd: number | undefined;
}

interface Turn extends Omit<StoryTurn, 'uses'> {
  readonly lines: StoryLine[];
  readonly files: string[];
}

/** The user's latest words in a request, and how many they have said: the same words may be said again. */
const latestPrompt = async ({
  responseBody: _,
  ...request
}: ExchangeDetail): Promise<{ readonly words: string; readonly count: number } | undefined> => {
  const { items } = await readConversation(request);
  const said = items.map(userWords).filter((words) => words !== undefined);
  const words = said.at(-1);
  return words === undefined ? undefined : { words, count: said.length };
};

const isRequest = ({ method, transport }: ExchangeRecord): boolean =>
  method === 'POST' || transport === 'websocket';

/** Of each thread its own: the prompts of a sub-agent are not the user's next ones. */
const createTurnFinder = (turns: Turn[]) => {
  const last = new Map<string, { turn: Turn; words: string | undefined; count: number }>();
  return async (detail: ExchangeDetail): Promise<Turn> => {
    const thread = detail.record.client.threadId ?? '';
    const before = last.get(thread);
    const prompt = isRequest(detail.record) ? await latestPrompt(detail) : undefined;
    const isNew =
      prompt !== undefined && (prompt.words !== before?.words || prompt.count > (before?.count ?? 0));
    if (before && !isNew) return before.turn;
    // What came before the first words belongs to them: a look at the models, a connection that warms up.
    if (before && before.words === undefined && prompt) {
      const turn = Object.assign(before.turn, { prompt: prompt.words });
      last.set(thread, { turn, words: prompt.words, count: prompt.count });
      return turn;
    }
    const turn: Turn = { prompt: prompt?.words, lines: [], files: [] };
    turns.push(turn);
    last.set(thread, { turn, words: prompt?.words, count: prompt?.count ?? 0 });
    return turn;
  };
};

const placeOf = ({ lines }: Turn): TurnPlace => {
  const { client, startedAt = '' }: Partial<ExchangeRecord> = lines[0]?.record ?? {};
  return {
    turnId: lines.find(({ record }) => record.client.turnId !== undefined)?.record.client.turnId,
    threadId: client?.threadId,
    startedAtMs: Date.parse(startedAt),
    keyIds: lines.map(({ record }) => record.keyId),
  };
};

/**
 * A session as its user lived it: their prompts, and the exchanges that followed from each.
 * @param sessionId whole
 * @param onRead called for each exchange that was read, with its bodies
 * @param events what clients told of their tools
 */
export const readStory = async (
  log: Pick<LogReader, 'details'>,
  sessionId: string,
  prices: Pricing,
  onRead: () => void,
  events: ClientEventReader,
): Promise<Story> => {
  const turns: Turn[] = [];
  const findTurn = createTurnFinder(turns);
  const sums = { failed: 0, inputTokens: 0, cachedTokens: 0 };
  let costUsd: number | undefined;
  for await (const detail of log.details({ filter: { session: sessionId } })) {
    onRead();
    const { record } = detail;
    if (record.probe) continue;
    const { kind, cost } = billOf(prices, record);
    const paid = kind === 'metered' && cost ? sumOf(cost) : undefined;
    const turn = await findTurn(detail);
    turn.lines.push({ record, costUsd: paid });
    for (const file of await changedFilesOf(detail)) if (!turn.files.includes(file)) turn.files.push(file);
    if (isFailure(record)) sums.failed++;
    sums.inputTokens += record.usage?.inputTokens ?? 0;
    sums.cachedTokens += record.usage?.cachedInputTokens ?? 0;
    if (paid !== undefined) costUsd = (costUsd ?? 0) + paid;
  }
  const threads = turns.flatMap(({ lines }) => lines.map(({ record }) => record.client.threadId));
  const uses = findToolUses(turns.map(placeOf), await events.of(conversationsOf(sessionId, threads)));
  const told = turns.map((turn, place) => ({ ...turn, uses: uses[place] ?? [] }));
  return { sessionId, turns: told, ...sums, costUsd };
};
