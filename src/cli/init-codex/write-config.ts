import { applyEdit, type ChangeConfigDeps } from '../../codex/edit/change-config.ts';
import { loadConfigFile } from '../../codex/edit/config-file.ts';
import { type EditPlan, planEdit } from '../../codex/edit/plan-edit.ts';
import type { WantedSettings } from '../../codex/edit/provider-settings.ts';
import { isSamePath, readToml } from '../../codex/toml/read-toml.ts';
import type { CommandContext } from '../context.ts';
import {
  type CodexPlace,
  type CodexSetup,
  renderCodexSteps,
  renderUndoCommand,
} from '../render/codex-steps.ts';
import { createColour } from '../render/colour.ts';
import { pipeVariable, type Shell } from '../render/shell.ts';
import { type Consent, isAgreed } from './agree.ts';
import { type GatewayAccess, prepareCatalog } from './prepare-catalog.ts';

export interface WriteRequest extends Consent {
  readonly path: string;
  readonly wanted: WantedSettings;
  readonly setup: CodexSetup;
  readonly place: CodexPlace;
  /** Set where a model catalog is to be written to `path`, and named in the configuration. */
  readonly catalog?: (GatewayAccess & { readonly path: string }) | undefined;
}

/**
 * Brings a configuration file to what is wanted, unless it says so already, and tells the way on.
 * @throws GatewayError invalid_toml, command_failed, interrupted; nothing is written then
 */
export const writeConfig = async (
  request: WriteRequest,
  deps: ChangeConfigDeps,
  context: CommandContext,
): Promise<void> => {
  const { setup, place } = request;
  const { stdout, stderr, env } = context;
  const file = await loadConfigFile(request.path);
  const plan = planEdit(file.text, withCatalog(request), file.path);
  const catalog =
    request.catalog && (await prepareCatalog(request.catalog, readTop(plan.text, 'model'), context));
  if (plan.splices.length === 0) {
    if (!request.dryRun) await catalog?.write();
    stderr.write(`${file.path} already says all this: nothing was changed.\n\n`);
  } else {
    const before = file.existed ? file.text : undefined;
    if (!(await isAgreed({ file: file.path, before, after: plan.text }, request, context))) return;
    await catalog?.write();
    const backup = await applyEdit(file, plan, deps);
    stderr.write(`Wrote ${file.path}\n`);
    if (backup !== undefined) stderr.write(`The previous version is kept as ${backup}\n`);
    stderr.write(`To undo this: ${renderUndoCommand(place)}\n\n${explain(setup, plan, place.shell)}`);
  }
  stderr.write(profileNote(plan));
  stdout.write(renderCodexSteps(setup, place, createColour(stdout, env)));
};

/** Codex does not start without a catalog that its configuration names: the file is written first. */
const withCatalog = ({ wanted, catalog }: WriteRequest): WantedSettings =>
  catalog ? { ...wanted, top: [...wanted.top, { key: 'model_catalog_json', value: catalog.path }] } : wanted;

const readTop = (text: string, key: string): string | undefined => {
  const found = readToml(text, 'config.toml').settings.find(({ path }) => isSamePath(path, [key]))?.node
    .value;
  return found?.type === 'TOMLValue' && found.kind === 'string' ? found.value : undefined;
};

/** A profile that the file chooses decides over what stands above it, or is refused. */
const profileNote = ({ text }: EditPlan): string => {
  const profile = readTop(text, 'profile');
  if (profile === undefined) return '';
  return `profile = "${profile}" stands in the file. Codex 0.134 and newer do not start with it; older ones take what
[profiles.${profile}] says instead, its model_provider included. Take the line out for Codex to use the gateway.

`;
};

const explain = (setup: CodexSetup, plan: EditPlan, shell: Shell): string => {
  const isMoved = setup.kind !== 'builtin' && plan.owned.some(({ path }) => path[0] === 'model_provider');
  const notes = { builtin: builtinNote(shell), chatgpt: NOTES.chatgpt, key: '' };
  return notes[setup.kind] + (isMoved ? NOTES.moved : '');
};

const builtinNote = (shell: Shell): string => {
  const login = pipeVariable('GOMODEL_MASTER_KEY', 'codex login --with-api-key', shell);
  return `Codex keeps its built-in provider, its sign-in and its sessions, and takes them to the gateway.
It has no place for a key of the gateway: with GOMODEL_MASTER_KEY set there, sign in with that key
(${login}), or use init-codex --auth chatgpt.

`;
};

const NOTES = {
  chatgpt: `Codex sends its ChatGPT sign-in to the gateway, and the gateway's own key beside it.

`,
  moved: `Codex keeps sessions apart by provider: those from before stay, but codex resume --last no longer
finds them, nor do older versions list them. init-codex --builtin keeps them together.

`,
};
