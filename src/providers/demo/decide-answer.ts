import { formatByteSize } from '../../base/bytes.ts';
import type { Ask, DemoTool } from './parse-ask.ts';

export type DemoAnswer =
  | { readonly kind: 'text'; readonly text: string }
  /** A conversation made short. */
  | { readonly kind: 'summary'; readonly text: string }
  | { readonly kind: 'call'; readonly tool: DemoTool; readonly input: string };

const EXACT = /\breply with exactly:?\s+(\S.*)$/is;
/** What may follow the words that are asked for. */
const NOTHING_ELSE = /,?\sand\s(?:nothing else|no punctuation|no other .{1,40})[.!]?$/is;
const OPENING_QUOTE = /^["“'`]/;
const CLOSING_QUOTE = /["”'`]$/;
const LISTS = /\b(?:list|show)\b/i;
const FILES = /\b(?:files|folder|directory)\b/i;
const LS = /\bls\b/i;
const MAX_ECHO = 160;
// A longer prompt is more likely a client's summary of a conversation than a wish: to call a tool for
// each would never end. It also bounds what the patterns above have to look at.
const MAX_WISH = 300;

const shorten = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= MAX_ECHO ? line : `${line.slice(0, MAX_ECHO).trimEnd()}…`;
};

const callLs = (tool: DemoTool): string =>
  tool.kind === 'custom'
    ? 'text(await tools.exec_command({ cmd: "ls" }));'
    : JSON.stringify({ [tool.parameter]: 'ls' });

const listsFiles = (wish: string): boolean => LS.test(wish) || (LISTS.test(wish) && FILES.test(wish));

const exactWords = (wish: string): string | undefined =>
  EXACT.exec(wish)?.[1]
    ?.replace(NOTHING_ELSE, '')
    .replace(/[.!]$/, '')
    .replace(OPENING_QUOTE, '')
    .replace(CLOSING_QUOTE, '');

/** How many lines a command printed, without the report that Codex puts above them. */
const countLines = (toolOutput: string): number =>
  toolOutput
    .replace(/^.*?\bOutput:\n/s, '')
    .split('\n')
    .filter((line) => line.trim() !== '').length;

/**
 * What the demo answers, as a function of the request alone.
 * @param bytes size of the request body, which the answer tells
 */
export const decideAnswer = (ask: Ask, bytes: number): DemoAnswer => {
  if (ask.compacts) {
    return { kind: 'summary', text: 'The demo of gomodel-ts made the conversation up to here short.' };
  }
  const wish = ask.prompt.length <= MAX_WISH ? ask.prompt : '';
  const exact = exactWords(wish);
  if (exact !== undefined) return { kind: 'text', text: exact };
  if (ask.toolOutput !== undefined) {
    const lines = countLines(ask.toolOutput);
    return {
      kind: 'text',
      text: `This is the demo of gomodel-ts. Your client ran \`ls\` for it, and its output (${lines} ${lines === 1 ? 'line' : 'lines'}) came back through the gateway: two requests, two lines in the gateway's terminal.`,
    };
  }
  if (ask.tool && !ask.compacted && listsFiles(wish)) {
    return { kind: 'call', tool: ask.tool, input: callLs(ask.tool) };
  }
  const asked = ask.prompt === '' ? 'You asked nothing' : `You asked: “${shorten(ask.prompt)}”`;
  return {
    kind: 'text',
    text: `This is the demo of gomodel-ts, not a model: nothing left your machine. ${asked} (a request of ${formatByteSize(bytes)}). Ask it to list the files to see a tool call, and look at the gateway's terminal: this exchange is a line there. For real answers, set OPENAI_API_KEY and start the gateway without --demo.`,
  };
};
