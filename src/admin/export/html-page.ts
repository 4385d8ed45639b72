import { escapeHtml } from '../../base/escape-html.ts';
import type { TurnAnswer } from '../api-types/conversation.ts';
import type { AuditEntry } from '../api-types/entry.ts';
import { PAGE_STYLE } from './page-style.ts';
import { renderItems } from './render-items.ts';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** @param title what the page is of */
export const htmlHead = (title: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${PAGE_STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
`;

export const HTML_END = '</body></html>\n';

const countText = (count: number | undefined): string => count?.toLocaleString('en-US') ?? '?';

/** How an exchange went, in a few figures. */
export const factsOf = ({
  status,
  model,
  client,
  durationMs,
  usage,
  costUsd,
  response,
}: AuditEntry): string =>
  [
    status ?? 'running',
    model,
    client.name && `${client.name} ${client.version ?? ''}`,
    durationMs === undefined ? undefined : `${Math.round(durationMs).toLocaleString('en-US')} ms`,
    usage &&
      `${countText(usage.inputTokens)} in (${countText(usage.cachedInputTokens ?? 0)} cached), ${countText(usage.outputTokens)} out`,
    costUsd === undefined ? undefined : `$${costUsd.toFixed(4)}`,
    response.finish,
  ]
    .filter((fact) => fact !== undefined && fact !== '')
    .join(' · ');

/** One exchange as a person reads it. */
export const renderExchange = (entry: AuditEntry, turn: TurnAnswer): string => {
  const { error } = entry;
  const items = [...turn.items, ...turn.output];
  const texts = [turn.unreadable && `(${turn.unreadable})`, turn.requestText, turn.responseText];
  return `<article id="${escapeHtml(entry.id)}">
<h2>${escapeHtml(`${entry.startedAt} ${entry.method} ${entry.path}`)}</h2>
<p class="facts">${escapeHtml(factsOf(entry))}</p>
<p class="facts">${escapeHtml(entry.id)}</p>
${error ? `<p class="error">${escapeHtml(`${error.origin}: ${error.message} (${error.code})`)}</p>` : ''}
${turn.earlierCount > 0 ? `<p class="facts">${turn.earlierCount} earlier items were sent again.</p>` : ''}
${turn.instructions === undefined ? '' : `<details><summary>Instructions</summary><pre>${escapeHtml(turn.instructions)}</pre></details>`}
${renderItems(items)}
${texts.map((text) => (text ? `<pre>${escapeHtml(text)}</pre>` : '')).join('\n')}
</article>
`;
};
