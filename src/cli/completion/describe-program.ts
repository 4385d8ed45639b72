import type { Command, Option } from 'commander';

/** What may follow an option: nothing, one of some words, a folder's path, or a text that nobody can guess. */
export type OptionValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'folder' }
  | { readonly kind: 'text'; readonly name: string };

export interface CompletedOption {
  /** `--port` */
  readonly long?: string;
  /** `-p` */
  readonly short?: string;
  readonly description: string;
  readonly value: OptionValue;
}

export interface CompletedCommand {
  /** Its name, then its aliases; none for the program itself. */
  readonly names: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Words that its first argument may be. */
  readonly words: readonly string[];
}

/** A command line as completion needs it. */
export interface CompletedProgram {
  readonly name: string;
  readonly top: CompletedCommand;
  readonly commands: readonly CompletedCommand[];
}

/** A value that may be left out is not asked for: the next word is more likely another option. */
const completedValue = (option: Option): OptionValue => {
  if (!option.required) return { kind: 'none' };
  if (option.argChoices) return { kind: 'words', words: option.argChoices };
  const name = /[<[]([^<[\]>]+)[\]>]/.exec(option.flags)?.[1] ?? 'value';
  return name === 'folder' ? { kind: 'folder' } : { kind: 'text', name };
};

const describeCommand = (command: Command, names: readonly string[]): CompletedCommand => {
  const help = command.createHelp();
  return {
    names,
    description: command.summary() || command.description(),
    options: help.visibleOptions(command).map((option) => ({
      ...(option.long && { long: option.long }),
      ...(option.short && { short: option.short }),
      description: option.description,
      value: completedValue(option),
    })),
    words: command.registeredArguments[0]?.argChoices ?? command.commands.map((one) => one.name()),
  };
};

/** What a program's own help shows is what completion offers: hidden commands and options stay hidden. */
export const describeProgram = (program: Command): CompletedProgram => ({
  name: program.name(),
  // Its own commands are offered from `commands`, each with its aliases.
  top: { ...describeCommand(program, []), words: [] },
  commands: program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => describeCommand(command, [command.name(), ...command.aliases()])),
});
