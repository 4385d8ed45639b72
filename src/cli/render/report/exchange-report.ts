import type { Conversation } from '../../../conversation/read-conversation.ts';
import type { ExchangeDetail, ExchangeRecord, HeaderLines } from '../../../log/port.ts';
import { formatCount, formatDuration } from '../format-figures.ts';
import { plainLine } from '../plain-text.ts';
import { failureLines, headerLines } from './report-header.ts';
import { letterItems } from './report-items.ts';
import { foldedText, joined, type LetterStyle, withMargin } from './report-text.ts';

const PLAIN_BODY_LINES = 40;
const INSTRUCTION_LINES = 6;

const heading = (text: string, { colour, width }: LetterStyle): string[] => {
  const rule = '─'.repeat(Math.max(0, width - text.length - 5));
  return ['', colour.dim(`─── ${text} ${rule}`)];
};

const marginText = (word: string, text: string, maxLines: number, style: LetterStyle): string[] => [
  '',
  ...withMargin(word, foldedText(text, maxLines, style), style.colour.dim),
];

const earlierLines = (count: number, { colour }: LetterStyle): string[] => {
  const items = count === 1 ? 'item' : 'items';
  return [
    '',
    ...withMargin('', [colour.dim(`… ${count} earlier ${items}, sent again (--full shows them)`)], String),
  ];
};

const nothing = ({ colour }: LetterStyle): string[] => [
  '',
  ...withMargin('', [colour.dim('(nothing in the log)')], String),
];

const requestLines = (conversation: Conversation, style: LetterStyle): string[] => {
  const { instructions, tools, items, newFrom, requestText } = conversation;
  const earlier = style.full ? 0 : newFrom;
  return [
    ...heading('request', style),
    ...(tools.length > 0 ? marginText('tools', tools.join('  '), INSTRUCTION_LINES, style) : []),
    ...(instructions === undefined ? [] : marginText('system', instructions, INSTRUCTION_LINES, style)),
    ...(earlier > 0 ? earlierLines(earlier, style) : []),
    ...letterItems(items.slice(earlier), style),
    ...(requestText === undefined ? [] : marginText('', requestText, PLAIN_BODY_LINES, style)),
    ...(items.length > 0 || requestText !== undefined ? [] : nothing(style)),
  ];
};

const answerLines = ({ output, responseText }: Conversation, style: LetterStyle): string[] => [
  ...heading('answer', style),
  ...letterItems(output, style),
  ...(responseText === undefined ? [] : marginText('', responseText, PLAIN_BODY_LINES, style)),
  ...(output.length > 0 || responseText !== undefined ? [] : nothing(style)),
];

const usageText = ({ usage, costUsd, serviceTier }: ExchangeRecord): string => {
  if (!usage) return 'not said';
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens, totalTokens, webSearches } = usage;
  const part = (word: string, count: number | undefined): string =>
    count === undefined ? '' : ` (${formatCount(count)} ${word})`;
  return joined(
    inputTokens === undefined
      ? undefined
      : `in ${formatCount(inputTokens)}${part('cached', cachedInputTokens)}`,
    outputTokens === undefined
      ? undefined
      : `out ${formatCount(outputTokens)}${part('reasoning', reasoningTokens)}`,
    totalTokens === undefined ? undefined : `total ${totalTokens.toLocaleString('en')}`,
    webSearches === undefined
      ? undefined
      : `${formatCount(webSearches)} web ${webSearches === 1 ? 'search' : 'searches'}`,
    serviceTier === undefined ? undefined : `${plainLine(serviceTier)} tier`,
    costUsd === undefined ? undefined : `$${costUsd.toFixed(4)}`,
  );
};

const timingsText = ({ ttfbMs, durationMs, overheadMs }: ExchangeRecord): string =>
  joined(
    ttfbMs === undefined ? undefined : `first byte after ${formatDuration(ttfbMs)}`,
    durationMs === undefined ? undefined : `whole ${formatDuration(durationMs)}`,
    overheadMs === undefined ? undefined : `the gateway's own ${overheadMs.toFixed(1)}ms`,
  ) || 'not known';

const headerBlock = (title: string, headers: HeaderLines, style: LetterStyle): string[] => {
  if (headers.length === 0 || !style.full) return [];
  const lines = headers.flatMap(([name, value]) => {
    const [first = '', ...rest] = foldedText(value, INSTRUCTION_LINES, style, 2);
    return [`${style.colour.dim(`${plainLine(name)}:`)} ${first}`, ...rest.map((line) => `  ${line}`)];
  });
  return [...heading(title, style), '', ...withMargin('', lines, String)];
};

/** Headers are seldom what one looks for, and were thirty lines at the end of each exchange. */
const headerCount = ({ requestHeaders, responseHeaders }: ExchangeDetail, style: LetterStyle): string[] => {
  if (style.full || requestHeaders.length + responseHeaders.length === 0) return [];
  const counts = `${requestHeaders.length} of the request, ${responseHeaders.length} of the answer (--full shows them)`;
  return withMargin('headers', [style.colour.dim(counts)], style.colour.dim);
};

/**
 * An exchange as a letter: a header of five lines, what was sent and what was answered with the roles in
 * the margin, usage and timings, and in full the headers as an appendix. Nothing that came over the network
 * reaches the terminal as anything but text.
 * @returns lines without line breaks
 */
export const renderExchangeReport = (
  detail: ExchangeDetail,
  conversation: Conversation,
  style: LetterStyle,
): string[] => {
  const { record } = detail;
  const { unreadable } = conversation;
  return [
    ...headerLines(record, style),
    ...failureLines(record, style),
    ...(unreadable === undefined ? [] : marginText('note', unreadable, PLAIN_BODY_LINES, style)),
    ...requestLines(conversation, style),
    ...answerLines(conversation, style),
    ...heading('usage and timings', style),
    '',
    ...withMargin('usage', [usageText(record)], style.colour.dim),
    ...withMargin('timings', [timingsText(record)], style.colour.dim),
    ...headerCount(detail, style),
    ...headerBlock('request headers, redacted', detail.requestHeaders, style),
    ...headerBlock('response headers, redacted', detail.responseHeaders, style),
  ];
};
