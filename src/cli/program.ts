import { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { readVersion } from './version.ts';

interface CommandEntry {
  /** Its name, then its aliases. */
  readonly names: readonly string[];
  /** Loaded with what it needs only when it is asked for: loading all of them takes longer than `serve`. */
  readonly load: () => Promise<(context: CommandContext) => Command>;
}

/** In the order in which help lists them. */
const COMMANDS: readonly CommandEntry[] = [
  { names: ['serve'], load: async () => (await import('./commands/serve.ts')).serveCommand },
  {
    names: ['init-codex', 'init'],
    load: async () => (await import('./commands/init-codex.ts')).initCodexCommand,
  },
  { names: ['codex'], load: async () => (await import('./commands/codex.ts')).codexCommand },
  { names: ['claude'], load: async () => (await import('./commands/claude.ts')).claudeCommand },
  { names: ['start'], load: async () => (await import('./commands/start.ts')).startCommand },
  { names: ['status'], load: async () => (await import('./commands/status.ts')).statusCommand },
  { names: ['dashboard'], load: async () => (await import('./commands/status.ts')).dashboardCommand },
  { names: ['stop'], load: async () => (await import('./commands/status.ts')).stopCommand },
  { names: ['restart'], load: async () => (await import('./commands/start.ts')).restartCommand },
  { names: ['reload'], load: async () => (await import('./commands/reload.ts')).reloadCommand },
  { names: ['uninstall'], load: async () => (await import('./commands/uninstall.ts')).uninstallCommand },
  { names: ['doctor'], load: async () => (await import('./commands/doctor.ts')).doctorCommand },
  { names: ['providers'], load: async () => (await import('./commands/providers.ts')).providersCommand },
  { names: ['models'], load: async () => (await import('./commands/models.ts')).modelsCommand },
  { names: ['config'], load: async () => (await import('./commands/config.ts')).configCommand },
  { names: ['import'], load: async () => (await import('./commands/import.ts')).importCommand },
  { names: ['trust'], load: async () => (await import('./commands/trust.ts')).trustCommand },
  { names: ['login'], load: async () => (await import('./commands/login.ts')).loginCommand },
  { names: ['token'], load: async () => (await import('./commands/login.ts')).tokenCommand },
  { names: ['logout'], load: async () => (await import('./commands/login.ts')).logoutCommand },
  { names: ['keys'], load: async () => (await import('./commands/keys.ts')).keysCommand },
  { names: ['sign-ins'], load: async () => (await import('./commands/sign-ins.ts')).signInsCommand },
  { names: ['budgets'], load: async () => (await import('./commands/budgets.ts')).budgetsCommand },
  { names: ['limits'], load: async () => (await import('./commands/limits.ts')).limitsCommand },
  { names: ['policy'], load: async () => (await import('./commands/policy.ts')).policyCommand },
  { names: ['enroll'], load: async () => (await import('./commands/enroll.ts')).enrollCommand },
  { names: ['migrate'], load: async () => (await import('./commands/migrate.ts')).migrateCommand },
  { names: ['sessions'], load: async () => (await import('./commands/sessions.ts')).sessionsCommand },
  { names: ['usage'], load: async () => (await import('./commands/usage.ts')).usageCommand },
  { names: ['logs'], load: async () => (await import('./commands/logs.ts')).logsCommand },
];

/** Describes all the others, so it comes with them. */
const loadCompletion = async () => (await import('./commands/completion.ts')).completionCommand;

const EXAMPLES = `
The first minute:
  $ npx gomodel-ts serve --demo     a gateway without a key, to look around
  $ npx gomodel-ts init-codex       points Codex at it
  $ codex                           every request appears in the first terminal
`;

const loadCommands = async (firstWord: string, context: CommandContext): Promise<Command[]> => {
  const asked = COMMANDS.find(({ names }) => names.includes(firstWord));
  const loads = asked ? [asked.load] : [...COMMANDS.map(({ load }) => load), loadCompletion];
  return Promise.all(loads.map(async (load) => (await load())(context)));
};

const withAllBelow = (command: Command): Command[] => [command, ...command.commands.flatMap(withAllBelow)];

/** Such as `keys create`. */
const nameBelow = (command: Command, program: Command): string =>
  command.parent === null || command.parent === program
    ? command.name()
    : `${nameBelow(command.parent, program)} ${command.name()}`;

/**
 * The command line, none of its commands run yet.
 * @param firstWord of the arguments; where it names a command only that one is loaded, else all are
 */
export const createProgram = async (firstWord: string, context: CommandContext): Promise<Command> => {
  const program = new Command('gomodel-ts')
    .description("A local gateway between OpenAI's Codex and the model provider.")
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    // So that what follows the command of another program is left to that.
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES);
  for (const command of await loadCommands(firstWord, context)) program.addCommand(command);
  for (const command of withAllBelow(program)) {
    const name = command === program ? '' : `${nameBelow(command, program)} `;
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
