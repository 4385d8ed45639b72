import { Command, Option } from 'commander';
import { systemClock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { compilePolicy } from '../../fleet/compile-policy.ts';
import {
  ansibleTasks,
  type Enrollment,
  enrollByServer,
  enrollInFull,
  macosProfile,
} from '../../fleet/enroll.ts';
import { groupPath } from '../../fleet/group-path.ts';
import { loadSealingSecret, shareSealingSecret } from '../../server/shared/load-sealing-secret.ts';
import { openSharedState } from '../../server/shared/open-shared-state.ts';
import type { CommandContext } from '../context.ts';
import { readGroups, readPolicy } from '../policy/read-policy.ts';
import { CONFIG_OPTION, type ConfigFlags, ENV_FILE_OPTION } from '../read-config.ts';

const PLACES = ['linux', 'windows', 'defaults', 'macos', 'ansible', 'claude'] as const;
type Place = (typeof PLACES)[number];

interface EnrollFlags extends ConfigFlags {
  readonly full?: true;
  readonly group?: string;
  readonly for?: Place;
}

const EXAMPLES = `
It prints, and writes nothing. With --for, what it prints can be piped to where it belongs.

Examples:
  $ npx gomodel-ts enroll                                     for every system, to read
  $ npx gomodel-ts enroll --for linux                         /etc/codex/requirements.toml
  $ npx gomodel-ts enroll --for macos --group engineering     a configuration profile
  $ npx gomodel-ts enroll --full --for ansible                for machines that start without the gateway
`;

/** The path of a group is known to whoever has the gateway's secret. */
const pathFor = async (group: string | undefined, config: GatewayConfig): Promise<string> => {
  if (group === undefined) return '';
  const own = await loadSealingSecret(config.dataDir);
  const state = await openSharedState(config, systemClock);
  try {
    return groupPath(await shareSealingSecret(config.dataDir, own, state), group);
  } finally {
    await state.close();
  }
};

const TEXTS: Readonly<Record<Place, (enrollment: Enrollment) => string>> = {
  linux: ({ requirements }) => requirements,
  windows: ({ requirements }) => requirements,
  defaults: ({ config = '' }) => config,
  macos: macosProfile,
  ansible: ansibleTasks,
  claude: ({ claude }) => claude,
};

const TITLES: Readonly<Record<Place, string>> = {
  linux: 'Codex on Linux: /etc/codex/requirements.toml',
  windows: 'Codex on Windows: %ProgramData%\\OpenAI\\Codex\\requirements.toml',
  defaults: 'What users start with, beside it: config.toml',
  macos: 'Codex on macOS: a configuration profile, codex.mobileconfig, by device management',
  ansible: 'Ansible: tasks for Linux',
  claude:
    'Claude Code: /etc/claude-code/managed-settings.json; /Library/Application Support/ClaudeCode/managed-settings.json; C:\\Program Files\\ClaudeCode\\managed-settings.json',
};

const enroll = async (flags: EnrollFlags, context: CommandContext): Promise<void> => {
  const { policy, config } = await readPolicy(flags, context);
  const groups = await readGroups(flags, policy, config);
  const compiled = compilePolicy(policy, groups);
  const enrollment = flags.full
    ? enrollInFull(compiled)
    : enrollByServer(`${policy.url}${await pathFor(flags.group, config)}`, compiled);
  if (flags.for !== undefined) {
    context.stdout.write(TEXTS[flags.for](enrollment));
    return;
  }
  for (const place of PLACES) {
    const text = TEXTS[place](enrollment);
    if (text !== '') context.stdout.write(`# ${TITLES[place]}\n\n${text}\n`);
  }
};

/** `gomodel-ts enroll`: what an administrator puts on every machine. */
export const enrollCommand = (context: CommandContext): Command =>
  new Command('enroll')
    .summary('print what puts the machines of a company under the policy')
    .description(
      'Prints what an administrator puts on a machine, so that Codex and Claude Code follow the policy of gomodel.yaml. By default that is one line, by which Codex asks this gateway.',
    )
    .option('--full', 'the whole policy, for machines that are to start without the gateway')
    .option('--group <name>', 'for the machines of a group (default: the rules for everybody)')
    .addOption(new Option('--for <place>', 'print this alone').choices(PLACES))
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((flags: EnrollFlags) => enroll(flags, context));
