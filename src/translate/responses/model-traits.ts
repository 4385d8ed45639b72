import type { Effort } from '../ask.ts';

/** What a model of the Responses API takes, as far as its name tells. */
export interface ModelTraits {
  /** The efforts that it takes, from the least on; empty if it does not reason. */
  readonly efforts: readonly Effort[];
  /** `temperature` and `top_p`. */
  readonly sampling: boolean;
}

const GPT = /^gpt-(\d+)(?:\.(\d+))?/;
const CHAT = /^(?:gpt-[34]|chatgpt-)|-chat(?:-|$)/;

const SCALE: readonly Effort[] = ['none', 'low', 'medium', 'high', 'xhigh'];

const effortsOf = (name: string): readonly Effort[] => {
  const [, major, minor = '0'] = GPT.exec(name) ?? [];
  // What is not a GPT takes the three that every model which reasons takes.
  if (major === undefined) return SCALE.slice(1, 4);
  const version = Number(major) * 100 + Number(minor);
  if (name.includes('-pro')) return version < 502 ? ['high'] : SCALE.slice(2);
  if (name.includes('-codex')) return SCALE.slice(1, version < 501 || !/-max|5\.[2-9]/.test(name) ? 4 : 5);
  if (version < 501) return ['minimal', 'low', 'medium', 'high'];
  return version < 502 ? SCALE.slice(0, 4) : SCALE;
};

/**
 * What a model takes and what it refuses with a 400.
 * @param model with or without the name of its maker
 * @see https://platform.openai.com/docs/guides/reasoning
 */
export const traitsOf = (model: string): ModelTraits => {
  const name = model.toLowerCase().replace(/^.*\//, '');
  if (CHAT.test(name)) return { efforts: [], sampling: true };
  return { efforts: effortsOf(name), sampling: false };
};
