import { Argument, Command } from 'commander';
import { bashScript } from '../completion/bash-script.ts';
import { type CompletedProgram, describeProgram } from '../completion/describe-program.ts';
import { fishScript } from '../completion/fish-script.ts';
import { zshScript } from '../completion/zsh-script.ts';
import type { CommandContext } from '../context.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } satisfies Record<
  string,
  (program: CompletedProgram) => string
>;

const EXAMPLES = `
Examples:
  $ gomodel-ts completion bash >> ~/.bashrc
  $ gomodel-ts completion zsh > "\${fpath[1]}/_gomodel-ts"
  $ gomodel-ts completion fish > ~/.config/fish/completions/gomodel-ts.fish
`;

/** `gomodel-ts completion`: a script for a shell, made from the commands and options that there are. */
export const completionCommand = (context: CommandContext): Command =>
  new Command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script that lets a shell complete commands and options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: keyof typeof SCRIPTS, _flags: unknown, command: Command) => {
      const program = command.parent ?? command;
      context.stdout.write(SCRIPTS[shell](describeProgram(program)));
    });
