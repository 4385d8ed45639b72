import {
  type ParseLeftCalls,
  parseBareQwen,
  parseDeepSeek,
  parseInvokes,
  parseKimi,
  parseMistral,
  parseToolCall,
} from './parse-left-calls.ts';

/** The markers around calls that a server without a parser for them leaves in the text. */
export interface CallMarks {
  readonly open: string;
  /** Absent: the end of the answer. */
  readonly close?: string;
  /** Only where nothing but white space follows, which is left out as well. */
  readonly isEnd?: true;
  /** A text about such calls could have it, too: it counts at the beginning of a line alone. */
  readonly isPlain: boolean;
  readonly parse: ParseLeftCalls;
}

/** DeepSeek's own mark, and what servers make of it. */
const PIPES = ['｜', '｜｜', '|', '‖'];
const WRAPPERS = ['tool_calls', 'function_calls', 'calls'];

const dsml = PIPES.flatMap((pipe): CallMarks[] => {
  const mark = `${pipe}DSML${pipe}`;
  const parse = parseInvokes(mark);
  const invoke = `<${mark}invoke `;
  return [
    ...WRAPPERS.map((name) => ({
      open: `<${mark}${name}>`,
      close: `</${mark}${name}>`,
      isPlain: false,
      parse,
    })),
    // Without what should be around it.
    {
      open: invoke,
      close: `</${mark}invoke>`,
      isPlain: false,
      parse: (inside, declared) => parse(`${invoke}${inside}</${mark}invoke>`, declared),
    },
  ];
});

/** End-of-turn tokens that a server failed to strip. */
const END_TOKENS = [
  '<|im_end|>',
  '<|endoftext|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<｜end▁of▁sentence｜>',
  '<end_of_turn>',
];

/**
 * Most formats of today. Each is documented by its model's chat template.
 * @see https://huggingface.co/deepseek-ai/DeepSeek-V3.2/blob/main/encoding/encoding_dsv32.py
 * @see https://huggingface.co/moonshotai/Kimi-K2-Instruct/blob/main/docs/tool_call_guidance.md
 * @see https://huggingface.co/MiniMaxAI/MiniMax-M2/blob/main/docs/tool_calling_guide.md
 */
export const CALL_MARKS: readonly CallMarks[] = [
  ...dsml,
  {
    open: '<|tool_calls_section_begin|>',
    close: '<|tool_calls_section_end|>',
    isPlain: false,
    parse: parseKimi,
  },
  { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>', isPlain: false, parse: parseDeepSeek },
  { open: '[TOOL_CALLS]', isPlain: false, parse: parseMistral },
  { open: '<tool_call>', close: '</tool_call>', isPlain: true, parse: parseToolCall },
  { open: '<minimax:tool_call>', close: '</minimax:tool_call>', isPlain: true, parse: parseInvokes('') },
  { open: '<function_calls>', close: '</function_calls>', isPlain: true, parse: parseInvokes('') },
  ...END_TOKENS.map((open): CallMarks => ({ open, isEnd: true, isPlain: false, parse: () => [] })),
  { open: '<function=', close: '</function>', isPlain: true, parse: parseBareQwen },
];
