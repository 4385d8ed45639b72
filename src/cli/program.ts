import { Command } from 'commander';
import { completionCommand } from './commands/completion.ts';
import { initCodexCommand } from './commands/init-codex.ts';
import { logsCommand } from './commands/logs.ts';
import { serveCommand } from './commands/serve.ts';
import type { CommandContext } from './context.ts';
import { readVersion } from './version.ts';

const EXAMPLES = `
The first minute:
  $ npx gomodel-ts serve --demo     a gateway without a key, to look around
  $ npx gomodel-ts init-codex       points Codex at it
  $ codex                           every request appears in the first terminal
`;

/** The command line: every command, none of them run yet. */
export const createProgram = (context: CommandContext): Command => {
  const program = new Command('gomodel-ts')
    .description("A local gateway between OpenAI's Codex and the model provider.")
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addCommand(serveCommand(context))
    .addCommand(initCodexCommand(context))
    .addCommand(logsCommand(context))
    .addCommand(completionCommand(context))
    .addHelpText('after', EXAMPLES);
  for (const command of [program, ...program.commands]) {
    const name = command === program ? '' : `${command.name()} `;
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => context.stdout.write(text),
        writeErr: (text) => context.stderr.write(text),
      })
      .showHelpAfterError(`(gomodel-ts ${name}--help says what it takes)`);
  }
  return program;
};
