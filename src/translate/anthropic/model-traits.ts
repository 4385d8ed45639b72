import type { OutputConfig } from '@anthropic-ai/sdk/resources/messages';

export type ClaudeEffort = NonNullable<OutputConfig['effort']>;

/** What a model takes and what it refuses with a 400. */
export interface ModelTraits {
  /** How thinking is asked for: by effort alone, by a budget of tokens, or not at all. */
  readonly thinking: 'adaptive' | 'budget' | 'none';
  /** How thinking is turned off: by saying nothing, by saying so, or in no way. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'never';
  /** From the least to the most; empty if `output_config.effort` is refused. */
  readonly efforts: readonly ClaudeEffort[];
  /** `temperature` and `top_p`. */
  readonly sampling: boolean;
  /** `tool_choice` of type `any` or `tool`. */
  readonly forcedTools: boolean;
  /** `output_config.format` and strict tools. */
  readonly structuredOutputs: boolean;
  /** Messages of the role `system` among the others. */
  readonly systemMessages: boolean;
  /** Thinking blocks are refused where what came before them has changed. */
  readonly preservedThinking: boolean;
  /** Thinks between tool calls only where a beta header asks for it. */
  readonly interleavingBeta: boolean;
  /** A shorter prompt is never cached; at most what the model really wants. */
  readonly minCachedTokens: number;
  /** The most that `max_tokens` may say. */
  readonly maxOutputTokens: number;
}

type Line = 'fable' | 'mythos' | 'opus' | 'sonnet' | 'haiku';

const NEW_NAME = /claude-(fable|mythos|opus|sonnet|haiku)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;
const OLD_NAME = /claude-(\d)(?:[-.](\d))?-(opus|sonnet|haiku)(?![a-z])/;
const LINES: readonly string[] = ['fable', 'mythos', 'opus', 'sonnet', 'haiku'] satisfies Line[];
const isLine = (word: string | undefined): word is Line => word !== undefined && LINES.includes(word);

/** 4.5 as 405, so that versions can be compared. */
const versionOf = (major: string | undefined, minor = '0'): number => Number(major) * 100 + Number(minor);

const parseName = (model: string): { readonly line: Line; readonly version: number } | undefined => {
  const [, newLine, newMajor, newMinor] = NEW_NAME.exec(model) ?? [];
  if (isLine(newLine)) return { line: newLine, version: versionOf(newMajor, newMinor) };
  const [, oldMajor, oldMinor, oldLine] = OLD_NAME.exec(model) ?? [];
  if (isLine(oldLine)) return { line: oldLine, version: versionOf(oldMajor, oldMinor) };
  return undefined;
};

const ALL: readonly ClaudeEffort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** A model of Anthropic's that this table has not heard of is taken for one like the newest. */
const NEWEST: ModelTraits = {
  thinking: 'adaptive',
  thinkingOff: 'never',
  efforts: ALL,
  sampling: false,
  forcedTools: false,
  structuredOutputs: true,
  systemMessages: true,
  preservedThinking: true,
  interleavingBeta: false,
  minCachedTokens: 512,
  maxOutputTokens: 128_000,
};

/** Others speak the API too: what it had from the start is likely to be there, what came later is not. */
const FOREIGN: ModelTraits = {
  thinking: 'budget',
  thinkingOff: 'omit',
  efforts: [],
  sampling: true,
  forcedTools: true,
  structuredOutputs: false,
  systemMessages: false,
  preservedThinking: false,
  interleavingBeta: false,
  minCachedTokens: 512,
  maxOutputTokens: Number.POSITIVE_INFINITY,
};

const oldMaxTokens = (line: Line, version: number): number => {
  if (version < 305) return 4096;
  if (version < 307) return 8192;
  return line === 'opus' && version < 405 ? 32_000 : 64_000;
};

const minCachedOf = (line: Line, version: number): number => {
  if (version >= 500) return 512;
  if ((line === 'opus' && version >= 405 && version < 407) || (line === 'haiku' && version >= 405))
    return 4096;
  return line === 'haiku' ? 2048 : 1024;
};

const oldTraits = (line: Line, version: number): ModelTraits => ({
  ...FOREIGN,
  thinking: version < 307 ? 'none' : 'budget',
  efforts: line === 'opus' && version === 405 ? ['low', 'medium', 'high'] : [],
  structuredOutputs: version >= 405 || (line === 'opus' && version === 401),
  interleavingBeta: version >= 400,
  minCachedTokens: minCachedOf(line, version),
  maxOutputTokens: oldMaxTokens(line, version),
});

const thinkingOffOf = (line: Line, version: number): ModelTraits['thinkingOff'] => {
  if (line === 'fable' || line === 'mythos') return 'never';
  if (version < 500) return 'omit';
  if (version < 505 || line === 'haiku') return 'disabled';
  return line === 'opus' ? 'never' : 'between_tools';
};

/**
 * What a model takes, by its name. Dates, prefixes (`us.anthropic.`) and dots for dashes do not matter.
 * @see https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting (the table by model)
 * @see https://platform.claude.com/docs/en/about-claude/models/migration-guide
 */
export const traitsOf = (model: string): ModelTraits => {
  const name = model.toLowerCase();
  if (!name.includes('claude')) return FOREIGN;
  if (name.includes('claude-mythos-preview')) {
    return { ...NEWEST, forcedTools: true, systemMessages: false, preservedThinking: false };
  }
  const known = parseName(name);
  if (known === undefined) return /claude-(?:v?[12]|instant)/.test(name) ? oldTraits('sonnet', 200) : NEWEST;
  const { line, version } = known;
  const isGreat = line === 'fable' || line === 'mythos';
  if (!isGreat && version < 406) return oldTraits(line, version);

  const is46 = version < 407;
  const preservedThinking = version >= (isGreat ? 501 : 505);
  return {
    ...NEWEST,
    thinkingOff: thinkingOffOf(line, version),
    efforts: is46 ? ['low', 'medium', 'high', 'max'] : ALL,
    sampling: is46,
    forcedTools: line === 'haiku' || !preservedThinking,
    systemMessages: isGreat || (line === 'opus' ? version >= 408 : version >= 505),
    preservedThinking,
    minCachedTokens: minCachedOf(line, version),
  };
};

/** True for the models of Anthropic's own: their thinking is not to be shown to others, nor the reverse. */
export const isClaude = (model: string): boolean => model.toLowerCase().includes('claude');
