import type { Pricing } from '../../admin/cost/create-pricing.ts';
import { findMeasured } from '../../admin/select/find-measured.ts';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { findHits, type Hit } from '../../conversation/find-hits.ts';
import {
  type ExchangeRecord,
  type LogQuery,
  type LogReader,
  type ParsedSearch,
  parseSearch,
} from '../../log/port.ts';
import type { CommandContext } from '../context.ts';
import type { ChalkInstance } from '../render/colour.ts';
import { plainLine } from '../render/plain-text.ts';
import { withProgress } from '../with-progress.ts';

/** Bodies are searched in steps of this length, so that the progress moves. */
const STEP_MS = 500;

/** @throws GatewayError invalid_usage */
export const readSearch = (text: string): ParsedSearch => {
  try {
    return parseSearch(text, systemClock.now());
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new GatewayError('invalid_usage', error.message.replace(/^gomodel-ts: /, ''), { cause: error });
  }
};

/** What flags and a search select together. */
export const narrow = (query: LogQuery, { filter, span }: ParsedSearch): LogQuery => {
  const [fromMs, toMs] = [query.span?.fromMs, query.span?.toMs];
  return {
    ...query,
    filter: { ...query.filter, ...filter },
    ...((span || query.span) && {
      span: {
        fromMs: Math.max(fromMs ?? Number.NEGATIVE_INFINITY, span?.fromMs ?? Number.NEGATIVE_INFINITY),
        toMs: Math.min(toMs ?? Number.POSITIVE_INFINITY, span?.toMs ?? Number.POSITIVE_INFINITY),
      },
    }),
  };
};

/** Looks for the words in all bodies that the query selects. */
const searchAllBodies = (
  log: LogReader,
  text: string,
  query: LogQuery,
  context: CommandContext,
): Promise<ReadonlySet<string>> =>
  withProgress('steps through the bodies', context, async ({ step }) => {
    const ids = new Set<string>();
    let after: string | undefined;
    for (;;) {
      const hits = await log.searchBodies(text, query, { budgetMs: STEP_MS, after });
      for (const id of hits.ids) ids.add(id);
      step();
      if (hits.isWhole) return ids;
      if (hits.next === undefined) {
        context.stderr.write('Some bodies cannot be read at the moment: what they say was not searched.\n');
        return ids;
      }
      after = hits.next;
    }
  });

/**
 * Finds what a search selects: by the records and, where it has words, by everything said.
 * @returns a query of the log
 */
export const runSearch = async (
  { log, pricing }: { readonly log: LogReader; readonly pricing: () => Promise<Pricing> },
  query: LogQuery,
  { filter, measures }: ParsedSearch,
  context: CommandContext,
): Promise<LogQuery> => {
  const { search } = filter;
  const inBodies = search === undefined ? undefined : await searchAllBodies(log, search, query, context);
  const found: LogQuery = { ...query, ...(inBodies && { inBodies }) };
  if (measures.length === 0) return found;
  const { ids } = await findMeasured(log, await pricing(), found, { measures });
  return { ids: new Set(ids) };
};

const INDENT = '          ';

const hitLine = (hit: Hit, width: number, colour: ChalkInstance): string => {
  const where = plainLine(hit.where);
  const match = plainLine(hit.match);
  const room = Math.max(0, Math.min(width, 200) - INDENT.length - where.length - match.length - 2);
  const before = plainLine(hit.before).slice(-Math.floor(room / 3));
  const after = plainLine(hit.after).slice(0, room - Math.min(before.length, Math.floor(room / 3)));
  const lead = room < 3 ? '' : before;
  return `${INDENT}${colour.dim(where)}  ${lead}${colour.bold(match)}${after}\n`;
};

/** Where an exchange says the words of a search, as lines below its own; empty where only its record has them. */
export const hitLines = async (
  log: Pick<LogReader, 'get'>,
  record: ExchangeRecord,
  text: string,
  width: number,
  colour: ChalkInstance,
): Promise<string> => {
  const detail = await log.get(record.id);
  const hits = detail ? await findHits(detail, text) : [];
  return hits.map((hit) => hitLine(hit, width, colour)).join('');
};
