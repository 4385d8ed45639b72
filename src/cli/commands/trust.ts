import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { openState, type State, type TrustedFile } from '../../state/state.ts';
import { ask, canAsk } from '../ask.ts';
import type { CommandContext } from '../context.ts';
import { readConfigText, requireConfigText } from '../read-config-text.ts';
import { CONFIG_NAMES, DOTENV_NAME, hashConfigText, realPathOf } from '../read-folder-files.ts';
import { readDataFolder } from '../read-variables.ts';
import { plainLine } from '../render/plain-text.ts';
import { renderConfigText } from '../trust/render-file.ts';

interface TrustFlags {
  readonly revoke?: true;
  readonly list?: true;
  readonly yes?: true;
  readonly dataDir?: string;
}

type Store = State<{ readonly id: string }>['trusted'];

const NAMES: readonly string[] = [DOTENV_NAME, ...CONFIG_NAMES];

const EXAMPLES = `
Files that you name (--env-file, --config) need no trust. gomodel-ts codex reads no files from the working folder.

Examples:
  $ npx gomodel-ts trust                  shows what .env and gomodel.yaml here set, and trusts them
  $ npx gomodel-ts trust api/.env         another folder's
  $ npx gomodel-ts trust --revoke         stops trusting those in this folder
  $ npx gomodel-ts trust --list           every trusted file, and whether it has changed since
`;

/** @throws GatewayError invalid_usage for a file that no command would find by itself */
const requireKnownName = (file: string): void => {
  if (NAMES.includes(basename(file))) return;
  throw new GatewayError(
    'invalid_usage',
    `${file}: only files named ${NAMES.join(', ')} are picked up automatically. Pass any other file with --env-file or --config; it needs no trust then.`,
  );
};

/** What is looked for in the working folder where no file is named. */
const findHere = (cwd: string): readonly string[] =>
  NAMES.filter((name) => readConfigText(join(cwd, name)).kind !== 'absent');

const trustFile = async (
  file: string,
  flags: TrustFlags,
  store: Store,
  context: CommandContext,
): Promise<void> => {
  const { stderr, cwd } = context;
  requireKnownName(file);
  const path = resolve(cwd, file);
  const text = requireConfigText(path, file);
  stderr.write(renderConfigText(path, basename(file) === DOTENV_NAME ? 'variables' : 'config', text));
  if (!flags.yes && canAsk(context) && !(await ask('Trust it, as long as it says this?', context))) {
    stderr.write('It is not trusted.\n');
    return;
  }
  const id = realPathOf(path) ?? path;
  await store.add({
    id,
    sha256: hashConfigText(text),
    trustedAt: new Date(systemClock.now()).toISOString(),
  });
  stderr.write('Trusted until it changes. To undo this: npx gomodel-ts trust --revoke.\n');
};

const revoke = async (
  files: readonly string[],
  store: Store,
  { stderr, cwd }: CommandContext,
): Promise<void> => {
  const paths = (files.length > 0 ? files : NAMES).map((file) => resolve(cwd, file));
  const ids = paths.map((path) => realPathOf(path) ?? path);
  const known = (await store.list()).filter(({ id }) => ids.includes(id));
  for (const { id } of known) {
    await store.remove(id);
    stderr.write(`${plainLine(id)} is no longer trusted.\n`);
  }
  if (known.length === 0) stderr.write('None of these files was trusted.\n');
};

const stateOf = ({ id, sha256 }: TrustedFile): string => {
  const found = readConfigText(id);
  if (found.kind === 'absent') return 'gone';
  return found.kind === 'file' && hashConfigText(found.text) === sha256 ? 'trusted' : 'changed';
};

const trust = async (files: readonly string[], flags: TrustFlags, context: CommandContext): Promise<void> => {
  const { stdout, cwd } = context;
  const { trusted: store } = await openState<{ readonly id: string }>(readDataFolder(flags, context));
  if (flags.list) {
    for (const file of await store.list())
      stdout.write(`${stateOf(file).padEnd(7)}  ${plainLine(file.id)}\n`);
    return;
  }
  if (flags.revoke) {
    await revoke(files, store, context);
    return;
  }
  const chosen = files.length > 0 ? files : findHere(cwd);
  if (chosen.length === 0) {
    throw new GatewayError(
      'command_failed',
      `There is nothing to trust in ${cwd}: no ${NAMES.join(', no ')}.`,
    );
  }
  for (const file of chosen) await trustFile(file, flags, store, context);
};

/** `gomodel-ts trust`: lets files of the working folder count, as long as they say what they say now. */
export const trustCommand = (context: CommandContext): Command =>
  new Command('trust')
    .summary('trust .env and gomodel.yaml in this folder')
    .description(
      'Shows what .env and gomodel.yaml in the working folder set, and trusts them until they change.',
    )
    .argument('[files...]', 'default: .env and gomodel.yaml in the working folder')
    .option('--revoke', 'stop trusting them')
    .option('--list', 'list every trusted file: trusted, changed or gone')
    .option('-y, --yes', 'do not ask before trusting')
    .option('--data-dir <folder>', 'where it is remembered (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((files: readonly string[], flags: TrustFlags) => trust(files, flags, context));
