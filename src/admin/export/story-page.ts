import { escapeHtml } from '../../base/escape-html.ts';
import { readInContext } from '../../conversation/read-in-context.ts';
import type { ExchangeDetail, Facts } from '../../log/port.ts';
import { explainLoss } from '../answers/cache-loss.ts';
import { summarizeSession } from '../answers/summarize-session.ts';
import { tellTurn } from '../answers/turns/answer-turns.ts';
import { answerWork, type WorkDeps } from '../answers/turns/answer-work.ts';
import type { TurnFacts } from '../answers/turns/group-turns.ts';
import { promptOf, readTurns } from '../answers/turns/read-turns.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { priceEntry } from '../cost/create-pricing.ts';
import { sameThread } from '../select/thread.ts';
import { factsOf, HTML_END, htmlHead } from './html-page.ts';
import { renderItems } from './render-items.ts';
import { promptSummary, renderContexts, renderFacts, renderLoss, renderTouched } from './story-parts.ts';

/** One request of a prompt: what it added and what was answered. */
const renderExchange = async (
  { log }: WorkDeps,
  prices: Pricing,
  detail: ExchangeDetail,
  number: string,
  session: readonly Facts[],
): Promise<string> => {
  const { items, newFrom, output, unreadable, responseText } = await readInContext(log, detail, session);
  const entry = priceEntry(prices, detail.record);
  const { error } = entry;
  const thread = sameThread(session, detail.record);
  const place = thread.findIndex(({ id }) => id === entry.id);
  const loss = await explainLoss(log, thread, place, detail, prices);
  return `<article id="${escapeHtml(entry.id)}">
<p class="facts">${number} · ${escapeHtml(factsOf(entry))} · ${escapeHtml(entry.id)}</p>
${renderLoss(loss)}
${error ? `<p class="error">${escapeHtml(`${error.origin}: ${error.message} (${error.code})`)}</p>` : ''}
${renderItems([...items.slice(newFrom), ...output])}
${[unreadable && `(${unreadable})`, responseText].map((text) => (text ? `<pre>${escapeHtml(text)}</pre>` : '')).join('')}
</article>
`;
};

async function* eachExchange(
  deps: WorkDeps,
  prices: Pricing,
  turn: TurnFacts,
  number: number,
  session: readonly Facts[],
): AsyncGenerator<string> {
  for (const [place, { id }] of turn.entries()) {
    const detail = await deps.log.get(id);
    // Retention may have deleted it meanwhile.
    if (detail) yield await renderExchange(deps, prices, detail, `${number}.${place + 1}`, session);
  }
}

/**
 * A session as one page that reads as the dashboard's story does: figures, context, files, and each prompt with all
 * that followed. It has no script, and loads nothing. Written as it is read.
 * @param facts of the session, oldest first; at least one
 */
export async function* eachStoryText(
  deps: WorkDeps,
  prices: Pricing,
  sessionId: string,
  facts: readonly Facts[],
): AsyncGenerator<string> {
  const { findTitle, findPrompt } = deps;
  const [turns, title, work] = await Promise.all([
    readTurns(facts, findPrompt),
    findTitle(facts),
    answerWork(deps, new URLSearchParams({ session: sessionId })),
  ]);
  yield htmlHead(title ?? `Session ${sessionId}`);
  yield renderFacts(summarizeSession(sessionId, facts, prices, title), turns.length);
  yield renderContexts(work.contexts);
  yield renderTouched(work);
  for (const [index, turn] of turns.entries()) {
    const told = tellTurn(turn, index + 1, facts, prices, await promptOf(turn, findPrompt), []);
    yield `<details class="prompt" open><summary>${promptSummary(told)}</summary>\n`;
    yield* eachExchange(deps, prices, turn, index + 1, facts);
    yield '</details>\n';
  }
  yield HTML_END;
}
