import type { ConversationItem, ConversationPart, ScriptCall, ToolCall } from '../../conversation/item.ts';
import { isByClient } from '../answers/session-title.ts';
import type { TurnAnswer } from '../api-types/conversation.ts';
import type { AuditEntry } from '../api-types/entry.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters that no HTML may hold; line breaks and tabs stay. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Everything that was said passes here: nothing of it becomes markup. */
const escapeHtml = (text: string): string =>
  text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] as string);

/** Of all that an image may name, only bytes that are in the page itself, of a kind that holds no script. */
const IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;

const STYLE = `:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem}article{border-top:1px solid #8886;margin-top:2rem;content-visibility:auto;contain-intrinsic-size:auto 40rem}h2{font-size:1rem;font-variant-numeric:tabular-nums}
h3{font-size:.8rem;text-transform:uppercase;letter-spacing:.05em;color:#777;margin:1rem 0 .2rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;padding:.5rem .75rem;background:#8881;border-radius:4px;font:12px/1.5 ui-monospace,monospace}
p.facts{color:#777;margin:0;font-variant-numeric:tabular-nums}p.error{color:#b3261e}img{max-width:100%}details{margin:.3rem 0}summary{cursor:pointer}`;

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** @param title what the page is of */
export const htmlHead = (title: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
`;

export const HTML_END = '</body></html>\n';

const renderPart = (part: ConversationPart): string => {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return `<pre>${escapeHtml(part.text)}</pre>`;
    case 'image':
      return IMAGE.test(part.url)
        ? `<img src="${part.url}" alt="an image of the conversation">`
        : `<pre>(image ${escapeHtml(part.url.slice(0, 200))})</pre>`;
    case 'file':
      return `<pre>(file ${escapeHtml(part.name ?? '')})</pre>`;
  }
};

const section = (title: string, content: string): string => `<h3>${escapeHtml(title)}</h3>\n${content}\n`;

type Message = Extract<ConversationItem, { kind: 'message' }>;

/** What a client says of itself: long, the same in every session, and not what a reader looks for. */
const isPrompt = ({ role, parts }: Message): boolean => {
  if (role !== 'user') return role !== 'assistant';
  return parts.every((part) => part.kind === 'text' && isByClient(part.text));
};

const folded = (title: string, content: string): string =>
  `<details><summary>${escapeHtml(title)} prompt</summary>\n${content}\n</details>\n`;

const callText = ({ patch, command, arguments: given }: ScriptCall): string =>
  patch ?? (command === undefined ? given : `$ ${command}`);

/** A call; one that runs a script as the tools that the script calls, and the script folded. */
const renderCall = (call: ToolCall): string => {
  if (!call.script) return `<pre>${escapeHtml(callText(call))}</pre>`;
  const nested = call.script.map(
    (inner) => `<pre>${escapeHtml(inner.name)}\n${escapeHtml(callText(inner))}</pre>`,
  );
  const source = `<details><summary>script</summary><pre>${escapeHtml(call.arguments)}</pre></details>`;
  return [...nested, source].join('\n');
};

const renderItem = (item: ConversationItem): string => {
  switch (item.kind) {
    case 'message': {
      const content = item.parts.map(renderPart).join('\n');
      return isPrompt(item) ? folded(item.role, content) : section(item.role, content);
    }
    case 'reasoning':
      return section('reasoning', `<pre>${escapeHtml(item.summary.join('\n\n') || '(encrypted)')}</pre>`);
    case 'toolCall':
      return section(`${item.name} call`, renderCall(item));
    case 'toolOutput':
      return section(
        `${item.name ?? 'tool'} output${item.failed ? ' (failed)' : ''}`,
        item.parts.map(renderPart).join('\n'),
      );
    case 'tools':
      return section(
        'tools',
        `<p>${item.names.length} tools offered: ${escapeHtml(item.names.join(', '))}</p>`,
      );
    case 'unknown':
      return section(item.type, `<pre>${escapeHtml(item.json)}</pre>`);
  }
};

const factsOf = ({ status, model, client, durationMs, usage, costUsd, response }: AuditEntry): string =>
  [
    status ?? 'running',
    model,
    client.name && `${client.name} ${client.version ?? ''}`,
    durationMs === undefined ? undefined : `${Math.round(durationMs)} ms`,
    usage &&
      `${usage.inputTokens ?? '?'} in (${usage.cachedInputTokens ?? 0} cached), ${usage.outputTokens ?? '?'} out`,
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
${items.map(renderItem).join('')}
${texts.map((text) => (text ? `<pre>${escapeHtml(text)}</pre>` : '')).join('\n')}
</article>
`;
};
