import { existsSync, readFileSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { applyUndo, isLeftEmpty } from '../../codex/edit/change-config.ts';
import { loadConfigFile } from '../../codex/edit/config-file.ts';
import { type ConfigEdit, listEdits } from '../../codex/edit/edit-journal.ts';
import { planUndo } from '../../codex/edit/plan-undo.ts';
import { catalogFileOf } from '../../config/data-dir.ts';
import type { State } from '../../state/state.ts';
import { findGateways } from '../background/find-gateways.ts';
import { stopGateways } from '../background/stop-gateways.ts';
import type { CommandContext } from '../context.ts';
import type { FileChange } from '../render/diff.ts';
import { EMPTY_VARIABLES, variablesFileOf } from '../service/install-service.ts';
import { runSteps } from '../service/run-steps.ts';
import { findServiceManager, SERVICE_MARK } from '../service/service.ts';
import { dataFilesOf } from './data-files.ts';

/** One thing that `uninstall` takes back. */
interface UninstallStep {
  /** What will be done, such as `remove FILE`. */
  readonly text: string;
  readonly change?: FileChange;
  /** @returns what is left to be said, in whole sentences */
  run(): Promise<readonly string[]>;
}

/** What cannot be taken back, and why. */
export interface UninstallPlan {
  readonly steps: readonly UninstallStep[];
  readonly left: readonly string[];
}

const remove = (path: string, what: string): UninstallStep => ({
  text: `remove ${path} (${what})`,
  run: async () => {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    return [];
  },
});

const serviceSteps = (context: CommandContext): UninstallStep[] => {
  const manager = findServiceManager(context.env, context.homeDir, process.platform);
  if (!manager || !existsSync(manager.file)) return [];
  if (!readFileSync(manager.file, 'utf8').includes(SERVICE_MARK)) return [];
  return [
    {
      text: `stop the service, and remove ${manager.file}`,
      run: async () => {
        const failed = await runSteps(manager.disable, context);
        for (const path of [...manager.links, manager.file]) await rm(path, { force: true });
        return failed ? [`The service could not be stopped: ${failed.reason}`] : [];
      },
    },
  ];
};

const gatewaySteps = async (dataDir: string): Promise<UninstallStep[]> => {
  const found = await findGateways(dataDir);
  return found.map(({ url, pid }) => ({
    text: `stop the gateway at ${url} (pid ${pid})`,
    run: async () => {
      await stopGateways(dataDir);
      return [];
    },
  }));
};

const editStep = async (edit: ConfigEdit, { edits }: State<ConfigEdit>): Promise<UninstallStep | string> => {
  const file = await loadConfigFile(edit.file);
  const plan = planUndo(file.text, edit, file.path);
  if (plan.kind === 'drifted') {
    return `${file.path} was changed after init-codex wrote it, and stays as it is: \`npx gomodel-ts init-codex --undo\` shows where.`;
  }
  const before = file.existed ? file.text : undefined;
  const after = !file.existed || isLeftEmpty(edit, plan.text) ? undefined : plan.text;
  return {
    text: after === undefined ? `remove ${file.path}, which was not there before` : `put ${file.path} back`,
    ...(before !== after && { change: { file: file.path, before, after } }),
    run: async () => {
      const { backups } = await applyUndo(file, edit, after, { journal: edits });
      return backups.map((backup) => `A copy from before the edit is still there: ${backup}`);
    },
  };
};

const isUntouched = (path: string, text: string): boolean =>
  existsSync(path) && readFileSync(path, 'utf8') === text;

const dataSteps = (dataDir: string, takesData: boolean): UninstallStep[] => {
  const [catalog, variables] = [catalogFileOf(dataDir), variablesFileOf(dataDir)];
  if (!takesData) {
    return [
      ...(existsSync(catalog) ? [remove(catalog, 'the model catalog that init-codex wrote')] : []),
      ...(isUntouched(variables, EMPTY_VARIABLES) ? [remove(variables, 'nothing was put there')] : []),
    ];
  }
  const files = dataFilesOf(dataDir);
  if (files.length === 0) return [];
  return [
    {
      text: `remove the log, the keys and all else that gateways wrote to ${dataDir}: ${files.map((path) => path.slice(join(dataDir, '/').length)).join(', ')}`,
      run: async () => {
        for (const path of files) await rm(path, { recursive: true, force: true, maxRetries: 3 });
        const isGone = await rmdir(dataDir).then(
          () => true,
          () => false,
        );
        return isGone ? [] : [`What else lies in ${dataDir} is not the gateway's, and stays.`];
      },
    },
  ];
};

/** All that commands of this program have written beside their own log, in the order in which it is taken back. */
export const listSteps = async (
  dataDir: string,
  state: State<ConfigEdit>,
  takesData: boolean,
  context: CommandContext,
): Promise<UninstallPlan> => {
  const edits = await Promise.all((await listEdits(state.edits)).map((edit) => editStep(edit, state)));
  return {
    steps: [
      ...serviceSteps(context),
      ...(await gatewaySteps(dataDir)),
      ...edits.filter((step) => typeof step !== 'string'),
      ...dataSteps(dataDir, takesData),
    ],
    left: edits.filter((step) => typeof step === 'string'),
  };
};
