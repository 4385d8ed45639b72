import { escapeHtml } from '../../base/escape-html.ts';
import type { ConversationItem, ConversationPart, ScriptCall, ToolCall } from '../../conversation/item.ts';
import { type ReadOutput, readOutputs } from '../../conversation/read-output.ts';
import { describeEnding } from '../../conversation/script/describe-ending.ts';
import { isByClient } from '../answers/session-title.ts';
import { folded } from './folded.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderPatch } from './render-patch.ts';

/** Of all that an image may name, only bytes that are in the page itself, of a kind that holds no script. */
const IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;

/** Of an output, so many lines are seen before it is unfolded. */
const SHOWN_LINES = 20;

type Message = Extract<ConversationItem, { kind: 'message' }>;
type ToolOutput = Extract<ConversationItem, { kind: 'toolOutput' }>;

const pre = (text: string, className = ''): string =>
  `<pre${className && ` class="${className}"`}>${escapeHtml(text)}</pre>`;

const foldedLines = (text: string): string => {
  const lines = text.split('\n');
  if (lines.length <= SHOWN_LINES) return pre(text);
  const rest = lines.slice(SHOWN_LINES).join('\n');
  return (
    pre(lines.slice(0, SHOWN_LINES).join('\n')) +
    folded(`${lines.length - SHOWN_LINES} more lines`, pre(rest))
  );
};

const renderPart = (part: ConversationPart, text: (said: string) => string): string => {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return text(part.text);
    case 'image':
      return IMAGE.test(part.url)
        ? `<img src="${part.url}" alt="an image of the conversation">`
        : pre(`(image ${part.url.slice(0, 200)})`);
    case 'file':
      return pre(`(file ${part.name ?? ''})`);
  }
};

/** What a client says of itself: long, the same in every session, and not what a reader looks for. */
const isPrompt = ({ role, parts }: Message): boolean => {
  if (role !== 'user') return role !== 'assistant';
  return parts.every((part) => part.kind === 'text' && isByClient(part.text));
};

const renderMessage = (item: Message): string => {
  if (isPrompt(item)) {
    const content = item.parts.map((part) => renderPart(part, pre)).join('\n');
    return folded(`${escapeHtml(item.role)} prompt`, content);
  }
  return item.parts.map((part) => renderPart(part, renderMarkdown)).join('\n');
};

const renderCalled = ({ patch, command, arguments: given }: ScriptCall | ToolCall): string => {
  if (patch !== undefined) return renderPatch(patch);
  return command === undefined ? pre(given) : pre(`$ ${command}`, 'command');
};

/** How a call of a script ended, as far as its output says. */
const endedText = (call: ScriptCall): string => {
  const ending = describeEnding(call);
  if (!ending) return '';
  const seconds = ending.seconds === undefined ? '' : ` · ${ending.seconds.toFixed(2)} s`;
  return ` <span class="${ending.isFailure ? 'error' : 'facts'}">${ending.text}${seconds}</span>`;
};

/** A call; one that runs a script as the tools that the script calls, and the script folded. */
const renderCall = (call: ToolCall): string => {
  if (!call.script) return renderCalled(call);
  const nested = call.script.map(
    (inner) => `<p class="tool">${escapeHtml(inner.name)}${endedText(inner)}</p>${renderCalled(inner)}`,
  );
  return [...nested, folded('script', pre(call.arguments))].join('\n');
};

const outcomeOf = ({ label, exitCode, seconds, running }: ReadOutput): string =>
  [
    label,
    exitCode === undefined ? undefined : `exit code ${exitCode}`,
    seconds === undefined ? undefined : `${Number(seconds.toFixed(2))} s`,
    running && 'still running',
  ]
    .filter(Boolean)
    .join(' · ');

const FIRST_LINE = /^.*/;

/** How the calls of a script ended, a line for each; one alone says so itself, above what it printed. */
const endingsOf = (calls: readonly ScriptCall[]): string[] => {
  if (calls.length === 1 && calls[0]?.exitCode !== undefined) return [];
  return calls.flatMap((call) => {
    const ending = endedText(call);
    const command =
      call.command === undefined
        ? ''
        : ` <code>$ ${escapeHtml(FIRST_LINE.exec(call.command)?.[0] ?? '')}</code>`;
    return ending ? [`<p class="tool">${escapeHtml(call.name)}${command}${ending}</p>`] : [];
  });
};

const renderOutput = (item: ToolOutput): string => {
  const renderOne = (output: ReadOutput): string => {
    const { exitCode = 0, failed, text } = output;
    const outcome = escapeHtml(outcomeOf(output));
    const tone = exitCode !== 0 || failed || item.failed ? 'error' : 'facts';
    const said = text.trim() === '' && (item.parts.length > 1 || output.label) ? '' : foldedLines(text);
    return (outcome && `<p class="${tone}">${outcome}</p>`) + said;
  };
  const parts = item.parts.flatMap((part) =>
    part.kind === 'text' ? readOutputs(part.text).map(renderOne) : [renderPart(part, pre)],
  );
  const endings = endingsOf(item.script ?? []);
  const isTold = [...endings, ...parts].some((part) => part.includes('class="error"'));
  return `<div class="output">${item.failed && !isTold ? '<p class="error">failed</p>' : ''}${[...endings, ...parts].join('\n')}</div>`;
};

const speakerOf = (item: ConversationItem): string => {
  switch (item.kind) {
    case 'message':
      return item.role;
    case 'toolCall':
      return item.name;
    case 'toolOutput':
      return `${item.name ?? 'tool'} output`;
    case 'reasoning':
    case 'tools':
      return item.kind;
    case 'unknown':
      return item.type;
  }
};

const renderContent = (item: ConversationItem): string => {
  switch (item.kind) {
    case 'message':
      return renderMessage(item);
    case 'reasoning':
      return item.summary.length > 0
        ? renderMarkdown(item.summary.join('\n\n'))
        : '<p class="facts">(encrypted)</p>';
    case 'toolCall':
      return renderCall(item);
    // Its call stands in the request before.
    case 'toolOutput':
      return (
        (item.command === undefined ? '' : `<p class="facts">$ ${escapeHtml(item.command)}</p>`) +
        renderOutput(item)
      );
    case 'tools':
      return folded(`${item.names.length} tools offered`, pre(item.names.join(', ')));
    case 'unknown':
      return foldedLines(item.json);
  }
};

/** Of whoever may speak, a class of its own; of others, none. */
const CLASSES: readonly string[] = ['user', 'assistant', 'reasoning'];

/** Items in their order, the speaker in the margin; the output of a tool below its call, where both are there. */
export const renderItems = (items: readonly ConversationItem[]): string => {
  const outputs = new Map(
    items.flatMap((item) =>
      item.kind === 'toolOutput' && item.callId ? [[item.callId, item] as const] : [],
    ),
  );
  const paired = new Set(
    items.flatMap((item) => {
      const output = item.kind === 'toolCall' ? outputs.get(item.callId ?? '') : undefined;
      return output ? [output] : [];
    }),
  );
  return items
    .filter((item) => item.kind !== 'toolOutput' || !paired.has(item))
    .map((item) => {
      const output = item.kind === 'toolCall' ? outputs.get(item.callId ?? '') : undefined;
      const speaker = speakerOf(item);
      const style = CLASSES.includes(speaker) ? speaker : '';
      return `<div class="item ${style}"><h4>${escapeHtml(speaker)}</h4><div>${renderContent(item)}${output ? renderOutput(output) : ''}</div></div>\n`;
    })
    .join('');
};
