import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { loadConfigFile } from '../../codex/edit/config-file.ts';
import { replaceConfigFile, writeNewFile } from '../../codex/edit/replace-file.ts';
import { createPrivateFolder } from '../../state/private-files.ts';
import { logFileOf } from '../background/start-gateway.ts';
import { stopGateways } from '../background/stop-gateways.ts';
import type { CommandContext } from '../context.ts';
import { isAgreed } from '../init-codex/agree.ts';
import { describeTransience, lastingPath } from './lasting-path.ts';
import { runSteps } from './run-steps.ts';
import { requireServiceManager, SERVICE_MARK } from './service.ts';

export interface ServiceWish {
  readonly dataDir: string;
  /** Of `serve`. */
  readonly args: readonly string[];
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** The variables of the service, which has none of the shell's. */
export const variablesFileOf = (dataDir: string): string => join(dataDir, 'service.env');

/** What a gateway reads of the shell and a service has to be told: by name, since no value is written anywhere. */
const keysOfShell = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => /^(?:GOMODEL_MASTER_KEY|[A-Z0-9_]+_API_KEY)$/.test(name) && env[name])
    .sort();

export const EMPTY_VARIABLES = `# Variables of the gateway that runs as a service, such as OPENAI_API_KEY=sk-...
# Only you can read this file.
`;

/**
 * Writes the file of a service that keeps the gateway running, after showing it, and starts it.
 * @throws GatewayError command_failed, interrupted
 */
export const installService = async (wish: ServiceWish, context: CommandContext): Promise<void> => {
  const { dataDir, args, dryRun, yes } = wish;
  const { env, homeDir, stderr, stdout } = context;
  const manager = requireServiceManager(env, homeDir);
  const variables = variablesFileOf(dataDir);
  const script = resolve(process.argv[1] ?? '');
  const node = lastingPath(process.execPath);
  const own = ['serve', '--no-tail', '--data-dir', dataDir, '--dotenv', variables, ...args];
  const text = manager.render({
    mark: SERVICE_MARK,
    command: [node, script, ...own],
    logFile: logFileOf(dataDir),
  });
  const file = await loadConfigFile(manager.file);
  const before = file.existed ? file.text : undefined;
  if (before !== text) {
    if (!(await isAgreed({ file: manager.file, before, after: text }, { dryRun, yes }, context))) return;
    await replaceConfigFile(file, text);
    stderr.write(`Wrote ${manager.file}\n`);
  } else if (dryRun) {
    stderr.write(`${manager.file} already says all this.\n`);
    return;
  }
  createPrivateFolder(dataDir);
  if (!existsSync(variables)) {
    await writeNewFile(variables, EMPTY_VARIABLES);
    const names = keysOfShell(env);
    const missing = names.length > 0 ? ` This shell has ${names.join(', ')}.` : '';
    stderr.write(`Wrote ${variables}: put the variables of the gateway there, as NAME=value.${missing}\n`);
  }
  // Its port would be taken.
  await stopGateways(dataDir);
  for (const step of manager.clear) await runSteps([step], context);
  const failed = await runSteps(manager.enable, context);
  if (failed) {
    stderr.write(`The service was not started: ${failed.reason}\nTo start it:\n`);
    stdout.write(failed.left.map((command) => `${command}\n`).join(''));
    process.exitCode = 1;
    return;
  }
  stdout.write(`service    ${manager.file}\nvariables  ${variables}\nsays       ${logFileOf(dataDir)}\n`);
  for (const hint of [manager.hint, describeTransience(node, script)]) {
    if (hint !== undefined) stderr.write(`${hint}\n`);
  }
};
