import type { Clock } from '../../../base/time/clock.ts';
import { createMeasures, type Measures } from '../../../conversation/measure-items.ts';
import type { Facts, LogReader } from '../../../log/port.ts';
import type { AppliedPatch, ContextPart, ContextSample, SessionWorkAnswer } from '../../api-types/turns.ts';
import type { TurnsDeps } from './answer-turns.ts';
import { readTurns, requireSession } from './read-turns.ts';
import { type ExchangeWork, readWork } from './read-work.ts';

/** Finds what an exchange did; undefined where the log does not have it any more. */
export type FindWork = (facts: Facts, thread: readonly Facts[]) => Promise<ExchangeWork | undefined>;

export interface WorkDeps extends TurnsDeps {
  readonly clock: Clock;
  readonly findWork: FindWork;
}

const MAX_REMEMBERED = 3_000;
/** Whoever looks at the page waits for no longer. */
const BUDGET_MS = 2_500;
const MAX_PATCH_CHARACTERS = 2 * 2 ** 20;
/** A picture has room for no more. */
const MAX_SAMPLES = 200;
const CHARACTERS_PER_TOKEN = 4;

/** Reading bodies takes milliseconds: what an exchange did is remembered once it has ended. */
export const createFindWork = (log: Pick<LogReader, 'get' | 'thread'>): FindWork => {
  const known = new Map<string, ExchangeWork>();
  return async ({ id, durationMs }, thread) => {
    const remembered = known.get(id);
    if (remembered) return remembered;
    const detail = await log.get(id);
    if (!detail) return undefined;
    const work = await readWork(log, detail, thread);
    if (known.size >= MAX_REMEMBERED) known.clear();
    if (!Number.isNaN(durationMs)) known.set(id, work);
    return work;
  };
};

/** A request that goes on from a response has that one's context before its own. */
const contextOf = (work: ExchangeWork, before: Measures | undefined): Measures => {
  if (!before) return work.request;
  const all = createMeasures();
  all.addAll(before);
  all.addAll(work.request);
  return all.measures;
};

const partsOf = (context: Measures, inputTokens: number): ContextPart[] => {
  const all = [...context.values()];
  const whole = all.reduce((sum, { characters }) => sum + characters, 0);
  return all
    .map(({ share, characters }) => ({
      ...share,
      tokens: Math.round((characters / whole) * inputTokens),
    }))
    .sort((one, other) => other.tokens - one.tokens);
};

const sumOf = (context: Measures): number =>
  [...context.values()].reduce((sum, { characters }) => sum + characters, 0);

/** At most so many, evenly chosen, the last one among them. */
const choose = <Entry>(entries: readonly Entry[], most: number): Entry[] => {
  if (entries.length <= most) return [...entries];
  return Array.from(
    { length: most },
    (_, place) => entries[Math.round(((place + 1) * entries.length) / most) - 1] as Entry,
  );
};

const boundPatches = (patches: readonly AppliedPatch[]): AppliedPatch[] => {
  let left = MAX_PATCH_CHARACTERS;
  return patches.filter(({ patch }) => {
    left -= patch.length;
    return left >= 0;
  });
};

/** `GET audit/work` */
export const answerWork = async (deps: WorkDeps, query: URLSearchParams): Promise<SessionWorkAnswer> => {
  const { clock, findPrompt, findWork } = deps;
  const endsAtMs = clock.monotonic() + BUDGET_MS;
  const { facts } = await requireSession(deps, query);
  const turns = await readTurns(facts, findPrompt);
  const turnOf = new Map(turns.flatMap((turn, index) => turn.map(({ id }) => [id, index + 1] as const)));
  /** What was before the model at the end of each answer, by the answer's id. */
  const after = new Map<string, Measures>();
  const failed = new Set<string>();
  const patches: Array<AppliedPatch & { readonly call: string | undefined }> = [];
  const contexts: ContextSample[] = [];
  let incomplete = false;
  for (const one of facts) {
    if (clock.monotonic() > endsAtMs) {
      incomplete = true;
      break;
    }
    const work = await findWork(one, facts);
    if (!work) continue;
    const turn = turnOf.get(one.id) ?? 0;
    const context = contextOf(work, after.get(one.previousResponseId ?? ''));
    if (one.responseId !== undefined) {
      const end = createMeasures();
      end.addAll(context);
      end.addAll(work.answer);
      after.set(one.responseId, end.measures);
    }
    for (const call of work.failedCalls) failed.add(call);
    for (const { call, patch } of work.patches)
      patches.push({ id: one.id, turn, patch, failed: false, call });
    const tokens = one.usage?.inputTokens ?? Math.round(sumOf(context) / CHARACTERS_PER_TOKEN);
    if (context.size > 0 && tokens > 0) {
      contexts.push({ id: one.id, turn, input_tokens: tokens, parts: partsOf(context, tokens) });
    }
  }
  return {
    patches: boundPatches(
      patches.map(({ call, ...patch }) => ({ ...patch, failed: call !== undefined && failed.has(call) })),
    ),
    contexts: choose(contexts, MAX_SAMPLES),
    incomplete,
  };
};
