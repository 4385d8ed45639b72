import { dirname } from 'node:path';
import { showUrl } from '../../base/show-url.ts';
import { loadConfigFile } from '../../codex/edit/config-file.ts';
import { type ConfigEdit, findEdit } from '../../codex/edit/edit-journal.ts';
import { isSameSetting, readSetting } from '../../codex/edit/read-setting.ts';
import { type ResolvedConfig, resolveConfig } from '../../codex/edit/resolve-config.ts';
import type { InstalledCodex } from '../../codex/run/find-codex.ts';
import { formatPath } from '../../codex/toml/format-toml.ts';
import { readToml } from '../../codex/toml/read-toml.ts';
import { isLoopbackHost } from '../../config/own-address.ts';
import type { Step } from '../../probe/step.ts';
import { openState } from '../../state/state.ts';
import { askHealth } from '../ask-health.ts';

export interface CheckConfigInput {
  /** `config.toml`. */
  readonly path: string;
  /** `NAME.config.toml`, where a profile is asked about. */
  readonly profilePath: string | undefined;
  readonly dataDir: string;
  readonly codex: InstalledCodex | undefined;
}

const NAME = 'config.toml';

/** What `init-codex` wrote in a file, and what stands otherwise there now: dotted paths. */
const findDrift = async (dataDir: string, path: string, text: string): Promise<string[]> => {
  const journal = (await openState<ConfigEdit>(dataDir)).edits;
  const edit = await findEdit(journal, path);
  const document = readToml(text, path);
  return (edit?.owned ?? [])
    .filter((owned) => !isSameSetting(readSetting(document, owned.path), owned.after))
    .map((owned) => formatPath(owned.path));
};

const describe = ({ providerId, baseUrl, auth }: ResolvedConfig): string => {
  const credential = {
    env: () => `with the key in ${auth.kind === 'env' ? auth.variable : ''}`,
    fixed: () => 'with a key of the file',
    'sign-in': () => 'with its own sign-in',
    none: () => 'with no credential',
  }[auth.kind]();
  return `provider "${providerId}" at ${baseUrl === undefined ? 'its own address' : showUrl(baseUrl)}, ${credential}`;
};

/** Whether what Codex would ask is a gateway of ours, and is there. */
const judgeTarget = async (resolved: ResolvedConfig): Promise<Step> => {
  const message = `Codex uses ${describe(resolved)}`;
  const elsewhere: Step = {
    name: NAME,
    state: 'warning',
    message: `${message}: that is not this gateway`,
    remedy: 'Run `npx gomodel-ts init-codex`, or start Codex with `npx gomodel-ts codex`.',
  };
  const { baseUrl } = resolved;
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return elsewhere;
  const url = new URL(baseUrl);
  if (await askHealth(url.origin)) {
    if (/^\/v1\/*$/.test(url.pathname)) return { name: NAME, state: 'ok', message };
    const remedy = `Let base_url be ${url.origin}/v1.`;
    return { name: NAME, state: 'failed', message: `${message}, which does not end in /v1`, remedy };
  }
  if (!isLoopbackHost(url.hostname)) return elsewhere;
  return {
    name: NAME,
    state: 'failed',
    message: `${message}, and no gateway answers there`,
    remedy:
      'Start it there (`npx gomodel-ts serve`), or run `npx gomodel-ts init-codex` to point Codex at the running one.',
  };
};

/** Codex's configuration: whether it is valid and still as `init-codex` left it, and where it sends Codex. */
export const checkConfig = async (
  input: CheckConfigInput,
): Promise<{ steps: readonly Step[]; resolved?: ResolvedConfig }> => {
  const { dataDir, codex } = input;
  try {
    const file = await loadConfigFile(input.path);
    const profile = input.profilePath === undefined ? undefined : await loadConfigFile(input.profilePath);
    if (!file.existed && !profile?.existed) {
      const message = `there is none in ${dirname(file.path)}: Codex asks OpenAI by itself`;
      const remedy = 'Run `npx gomodel-ts init-codex`, or start Codex with `npx gomodel-ts codex`.';
      return { steps: [{ name: NAME, state: 'warning', message, remedy }] };
    }
    const texts = { config: file.text, path: file.path, ...(profile && { profile: profile.text }) };
    const resolved = resolveConfig(texts, codex?.version);
    const problems = resolved.problems.map((problem): Step => ({ name: NAME, ...problem }));
    const drift = (
      await Promise.all(
        [file, ...(profile ? [profile] : [])].map(({ path, text }) => findDrift(dataDir, path, text)),
      )
    ).flat();
    const drifted: Step = {
      name: NAME,
      state: 'warning',
      message: `${drift.join(', ')}: changed since init-codex wrote it`,
      remedy: 'Run `npx gomodel-ts init-codex` again, unless the change was intended.',
    };
    const target = await judgeTarget(resolved);
    return { steps: [...problems, ...(drift.length > 0 ? [drifted] : []), target], resolved };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Correct the file; Codex does not start with it either.';
    return { steps: [{ name: NAME, state: 'failed', message, remedy }] };
  }
};
