import type { UserSettings } from './user-settings.ts';

/** Claude Code's own words for models of Anthropic. */
const ALIAS = /^(?:default|best|sonnet|opus|haiku|opusplan)(?:\[1m\])?$/;

/** The model that Claude Code's arguments choose, or its variable, or its settings files. */
export const chosenModel = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { modelVariable, model }: Pick<UserSettings, 'modelVariable' | 'model'>,
): string | undefined => {
  const at = args.indexOf('--model');
  const inline = args.find((arg) => arg.startsWith('--model='))?.slice('--model='.length);
  return (at >= 0 ? args[at + 1] : inline) ?? (modelVariable || env.ANTHROPIC_MODEL || model || undefined);
};

/** Whether Anthropic itself has a model of this name; a slash names another provider. */
export const isOfAnthropic = (model: string): boolean =>
  !model.includes('/') && (model.startsWith('claude-') || ALIAS.test(model));
