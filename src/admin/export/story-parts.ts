import { escapeHtml } from '../../base/escape-html.ts';
import { type PatchFile, parsePatch } from '../../conversation/parse-patch.ts';
import { sumPatches } from '../../conversation/sum-patches.ts';
import { callsText, groupCalls } from '../../log/port.ts';
import type { CacheLoss } from '../api-types/detail.ts';
import type { ContextPart, ContextSample, PromptTurn, SessionWorkAnswer } from '../api-types/turns.ts';
import type { UsageSession } from '../api-types/usage.ts';
import { folded } from './folded.ts';
import { renderFile } from './render-patch.ts';

/** From the bottom up: what stays the same first. */
const KINDS = [
  ['instructions', 'instructions', 'Instructions'],
  ['tools', 'tools', 'Tools'],
  ['user', 'k-user', 'User'],
  ['assistant', 'k-assistant', 'Assistant'],
  ['reasoning', 'k-reasoning', 'Reasoning'],
  ['calls', 'calls', 'Calls'],
  ['output', 'k-output', 'Tool outputs'],
  ['images', 'images', 'Images'],
  ['other', 'other', 'Other'],
] as const satisfies ReadonlyArray<readonly [ContextPart['kind'], string, string]>;

const whole = (count: number): string => Math.round(count).toLocaleString('en-US');
const share = (part: number, all: number): string => (all > 0 ? `${Math.round((100 * part) / all)}%` : '–');
const usd = (amount: number | null): string =>
  amount === null ? '–' : `$${amount.toFixed(amount < 1 ? 4 : 2)}`;

const duration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
};

const when = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

const costOf = (cost: number | null, planned: number): string =>
  cost === null && planned > 0 ? 'ChatGPT plan' : usd(cost);

/** A session in figures. */
export const renderFacts = (session: UsageSession, prompts: number): string => {
  const facts = [
    ['Began', when(session.started_at)],
    ['Last request', when(session.last_request_at)],
    ['Prompts', String(prompts)],
    ['Requests', String(session.requests)],
    ['Tokens', whole(session.total_tokens)],
    ['Largest context', whole(session.max_context_tokens)],
    ['Cached', share(session.cached_input_tokens, session.input_tokens)],
    ['Cost', costOf(session.total_cost, session.subscription_requests)],
    ['Model', session.models.join(', ') || '–'],
    ['Client', session.clients.join(', ').replaceAll('/', ' ') || '–'],
  ] as const;
  const rows = facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return `<dl>${rows.join('')}</dl>\n`;
};

const tokensOf = (parts: readonly ContextPart[], kind: ContextPart['kind']): number =>
  parts.filter((part) => part.kind === kind).reduce((sum, { tokens }) => sum + tokens, 0);

const STEP = 10;
const HEIGHT = 100;

/** What filled the context and how it grew: a stack for each request, and in words what the last one held. */
export const renderContexts = (contexts: readonly ContextSample[]): string => {
  const last = contexts.at(-1);
  if (!last || contexts.length < 2) return '';
  const most = Math.max(...contexts.map(({ input_tokens: tokens }) => tokens));
  const stacks = contexts.map(({ parts }, place) => {
    let below = 0;
    const rects = KINDS.map(([kind, name]) => {
      const height = (tokensOf(parts, kind) / most) * HEIGHT;
      below += height;
      const y = (HEIGHT - below).toFixed(2);
      return height > 0
        ? `<rect class="${name}" x="${place * STEP}" y="${y}" width="${STEP - 1}" height="${height.toFixed(2)}"/>`
        : '';
    });
    return rects.join('');
  });
  const grew = `The context grew from ${whole(contexts[0]?.input_tokens ?? 0)} to ${whole(last.input_tokens)} tokens`;
  const legend = KINDS.flatMap(([kind, name, label]) => {
    const tokens = tokensOf(last.parts, kind);
    if (tokens === 0) return [];
    return `<li><i class="${name}"></i> ${label} <b>${whole(tokens)}</b> <span class="facts">${share(tokens, last.input_tokens)}</span></li>`;
  });
  return `<h2>Context</h2><p class="facts">${grew}; estimated from the length of the texts.</p>
<svg viewBox="0 0 ${Math.max(40, contexts.length) * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${grew}">${stacks.join('')}</svg>
<ul class="legend">${legend.join('')}</ul>\n`;
};

/** The files that the session touched, each with one diff of all that was done to it. */
export const renderTouched = ({ patches, incomplete }: SessionWorkAnswer): string => {
  const read = patches
    .filter(({ failed }) => !failed)
    .map(({ patch }): readonly PatchFile[] => parsePatch(patch) ?? []);
  const files = sumPatches(read);
  if (files.length === 0) return '';
  const [added, removed] = [
    files.reduce((sum, file) => sum + file.added, 0),
    files.reduce((sum, file) => sum + file.removed, 0),
  ];
  const note = incomplete
    ? '<p class="facts">The session is too long: later files are missing here.</p>'
    : '';
  const title = `<b>${files.length} ${files.length === 1 ? 'file' : 'files'} changed</b> <ins>+${added}</ins> <del>-${removed}</del>`;
  return folded(title, note + files.map(renderFile).join(''));
};

/** What stands above the exchanges of a prompt. */
export const promptSummary = (turn: PromptTurn): string => {
  const { sums, attempts, tool_ms: toolMs, cache_losses: losses, cache_loss_cost: lossCost, tools } = turn;
  const facts = [
    when(turn.started_at),
    `${sums.requests} ${sums.requests === 1 ? 'request' : 'requests'}`,
    turn.duration_ms === undefined ? 'running' : duration(turn.duration_ms),
    toolMs >= 1 ? `${duration(toolMs)} in tools` : undefined,
    costOf(sums.total_cost, sums.subscription_requests),
    `${whole(sums.total_tokens)} tokens, ${share(sums.cached_input_tokens, sums.input_tokens)} cached`,
    attempts > 0 ? `${attempts} failed and sent again` : undefined,
    losses > 0 ? `cache lost ${losses}×${lossCost === null ? '' : ` (${usd(lossCost)})`}` : undefined,
    callsText(groupCalls(tools)) || undefined,
  ].filter((fact) => fact !== undefined);
  const prompt = escapeHtml(turn.prompt ?? '(nothing was asked)');
  return `<span class="number">${turn.number}</span><b>${prompt}</b><span class="facts">${escapeHtml(facts.join(' · '))}</span>`;
};

/** Where the cache was lost, and why, in one line. */
export const renderLoss = (loss: CacheLoss | undefined): string => {
  if (!loss) return '';
  const cost = loss.costUsd === undefined ? '' : ` for ${usd(loss.costUsd)} more`;
  const where = loss.where === undefined ? '' : `, ${loss.where}`;
  return `<p class="lost">Cache lost: ${whole(loss.tokens)} tokens read again${cost} (${loss.cause}${escapeHtml(where)})</p>`;
};
