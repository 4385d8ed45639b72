import { Command } from 'commander';
import { completionCommand } from './commands/completion.ts';
import { logsCommand } from './commands/logs.ts';
import { serveCommand } from './commands/serve.ts';
import type { CommandContext } from './context.ts';
import { readVersion } from './version.ts';

/** The command line: every command, none of them run yet. */
export const createProgram = (context: CommandContext): Command => {
  const program = new Command('gomodel-ts')
    .description('A local gateway between OpenAI’s Codex and the model provider.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addCommand(serveCommand(context))
    .addCommand(logsCommand(context))
    .addCommand(completionCommand(context));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => context.stdout.write(text),
        writeErr: (text) => context.stderr.write(text),
      })
      .showHelpAfterError(
        `(gomodel-ts ${command === program ? '' : `${command.name()} `}--help says what it takes)`,
      );
  }
  return program;
};
