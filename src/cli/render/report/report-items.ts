import { formatByteSize } from '../../../base/bytes.ts';
import type {
  ConversationItem,
  ConversationPart,
  ScriptCall,
  ToolCall,
  ToolOutput,
} from '../../../conversation/item.ts';
import { type ReadOutput, readOutputs } from '../../../conversation/read-output.ts';
import { describeEnding } from '../../../conversation/script/describe-ending.ts';
import { truncate } from '../fit-width.ts';
import { formatDuration } from '../format-figures.ts';
import { plainLine } from '../plain-text.ts';
import { briefArguments, patchedFiles } from './brief-call.ts';
import { patchLines } from './patch-lines.ts';
import { foldedText, type LetterStyle, textWidth, withMargin } from './report-text.ts';

/** What is folded after how many lines: prompts are long and always the same, an answer is what was asked for. */
const PROMPT_LINES = 6;
const USER_LINES = 40;
const OUTPUT_LINES = 20;
const CALL_LINES = 40;
const JSON_LINES = 12;
const NEVER = Number.POSITIVE_INFINITY;

const FOLD_BY_ROLE: Readonly<Record<string, number>> = {
  system: PROMPT_LINES,
  developer: PROMPT_LINES,
  user: USER_LINES,
};

/** `data:image/png;base64,…` by its type and size, any other address as it is. */
const imageText = (url: string): string => {
  const data = /^data:([\w/+.-]{1,60})[;,]/.exec(url.slice(0, 100));
  if (!data) return `[image ${url.slice(0, 300)}]`;
  return `[${data[1]}, ${formatByteSize(Math.floor((url.length * 3) / 4))}]`;
};

const partText = (part: ConversationPart): string => {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'refusal':
      return `[refused] ${part.text}`;
    case 'image':
      return imageText(part.url);
    case 'file':
      return `[file ${part.name ?? ''}${part.bytes === undefined ? '' : `, ${formatByteSize(part.bytes)}`}]`;
  }
};

const partsText = (parts: readonly ConversationPart[]): string => parts.map(partText).join('\n');

const callName = (call: ToolCall | ScriptCall): string =>
  plainLine(
    'namespace' in call && call.namespace !== undefined ? `${call.namespace}.${call.name}` : call.name,
  );

/** The tools that a script calls, one below the other. */
const scriptLines = (calls: readonly ScriptCall[], style: LetterStyle): string[] =>
  calls.flatMap((call) => callLines(call, style));

/** How a call of a script ended, as far as its output says. */
const endedText = (call: ScriptCall): string => {
  const { text = '', seconds } = describeEnding(call) ?? {};
  return seconds === undefined ? text : `${text} · ${formatDuration(seconds * 1000)}`;
};

/** `exec_command  $ npm test`, further lines of the command below its first. */
const callLines = (call: ToolCall | ScriptCall, style: LetterStyle): string[] => {
  const { colour } = style;
  if ('script' in call && call.script) return scriptLines(call.script, style);
  const ended = 'script' in call || 'kind' in call ? '' : endedText(call);
  const name = colour.bold(callName(call)) + (ended === '' ? '' : colour.dim(`  ${ended}`));
  if (call.patch !== undefined) return [name, ...patchLines(call.patch, colour)];
  const prompt = call.command === undefined ? '' : '$ ';
  const text = call.command ?? briefArguments(call.arguments) ?? call.arguments;
  const indent = callName(call).length + (ended === '' ? 0 : ended.length + 2) + 2 + prompt.length;
  const [first = '', ...rest] = foldedText(text, CALL_LINES, style, indent);
  return [`${name}  ${prompt}${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
};

/** Which call an output answers, in one line; none where the call stands right above. */
const captionOf = (
  output: ToolOutput,
  previous: ConversationItem | undefined,
  style: LetterStyle,
): string[] => {
  const above = previous?.kind === 'toolCall' && previous.callId === output.callId;
  if (above || output.name === undefined) return [];
  const { name, command, arguments: given = '' } = output;
  const said =
    patchedFiles(command ?? given) ?? (command === undefined ? briefArguments(given) : `$ ${command}`);
  const call = `${plainLine(name)}  ${plainLine(said ?? '')}`;
  return [style.colour.dim(truncate(call.trimEnd(), textWidth(style)))];
};

/** What one command printed, below how it ended where that is not plain success. */
const resultLines = (output: ReadOutput, style: LetterStyle): string[] => {
  const { text, exitCode, seconds, running, failed, label } = output;
  const remarks = [
    label === undefined ? undefined : plainLine(label),
    failed ? 'failed' : undefined,
    running ? 'still running' : undefined,
    exitCode === undefined ? undefined : `exit ${exitCode}`,
    seconds ? formatDuration(seconds * 1000) : undefined,
  ].filter((remark) => remark !== undefined);
  return [
    ...(remarks.length > 0 ? [style.colour.dim(remarks.join(' · '))] : []),
    ...(text.trim() === '' ? [] : foldedText(text, OUTPUT_LINES, style, 2)),
  ];
};

const outputLines = (
  output: ToolOutput,
  previous: ConversationItem | undefined,
  style: LetterStyle,
): string[] => {
  const bar = output.failed ? style.colour.red('│ ') : style.colour.dim('│ ');
  const lines = output.parts.flatMap((part) =>
    part.kind === 'text'
      ? readOutputs(part.text).flatMap((one) => resultLines(one, style))
      : foldedText(partText(part), OUTPUT_LINES, style, 2),
  );
  return [...captionOf(output, previous, style), ...lines.map((line) => bar + line)];
};

const reasoningLines = (item: ConversationItem & { kind: 'reasoning' }, style: LetterStyle): string[] => {
  const text = item.summary.join('\n\n');
  if (text !== '') return foldedText(text, NEVER, style).map((line) => style.colour.dim(line));
  const size =
    item.encryptedBytes === undefined ? 'empty' : `encrypted, ${formatByteSize(item.encryptedBytes)}`;
  return [style.colour.dim(`(${size})`)];
};

/** What stands in the margin, and the lines beside it. */
const itemParts = (
  item: ConversationItem,
  previous: ConversationItem | undefined,
  style: LetterStyle,
): { margin: string; lines: string[] } => {
  switch (item.kind) {
    case 'message': {
      const fold = FOLD_BY_ROLE[item.role] ?? NEVER;
      return { margin: item.role, lines: foldedText(partsText(item.parts), fold, style) };
    }
    case 'reasoning':
      return { margin: 'reasoning', lines: reasoningLines(item, style) };
    case 'toolCall':
      return { margin: 'assistant', lines: callLines(item, style) };
    case 'toolOutput':
      return { margin: item.failed ? 'tool failed' : 'tool', lines: outputLines(item, previous, style) };
    case 'tools':
      return { margin: 'developer', lines: [style.colour.dim(`${item.names.length} tools offered`)] };
    case 'unknown': {
      const json = foldedText(item.json, JSON_LINES, { ...style, width: style.width }, 0);
      return { margin: 'other', lines: [style.colour.bold(plainLine(item.type)), ...json] };
    }
  }
};

/** Items of a conversation with their roles in the margin, a blank line between two. */
export const letterItems = (items: readonly ConversationItem[], style: LetterStyle): string[] =>
  items.flatMap((item, index) => {
    const { margin, lines } = itemParts(item, items[index - 1], style);
    const failed = item.kind === 'toolOutput' && item.failed;
    const paint = failed ? style.colour.red : style.colour.dim;
    return ['', ...withMargin(margin, lines.length > 0 ? lines : [style.colour.dim('(empty)')], paint)];
  });
