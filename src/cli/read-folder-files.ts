import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { openState, type TrustedFile } from '../state/state.ts';
import { type ConfigText, readConfigText } from './read-config-text.ts';

export const CONFIG_NAMES = ['gomodel.yaml', 'gomodel.yml'] as const;
export const DOTENV_NAME = '.env';

/** A configuration file that was found in the working folder, not named. */
export interface FolderFile {
  readonly name: string;
  readonly kind: 'variables' | 'config';
  readonly content: Exclude<ConfigText, { kind: 'absent' }>;
  /** Changed: it was trusted with another content. */
  readonly trust: 'trusted' | 'changed' | 'unknown';
}

export const hashConfigText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @returns undefined where nothing is there, or what is there leads nowhere */
export const realPathOf = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** A state that cannot be read trusts nobody; whatever needs it says what is wrong with it. */
const listTrusted = async (dataDir: string): Promise<readonly TrustedFile[]> => {
  try {
    return await (await openState<{ readonly id: string }>(dataDir)).trusted.list();
  } catch {
    return [];
  }
};

const find = (cwd: string, names: readonly string[]) => {
  for (const name of names) {
    const content = readConfigText(join(cwd, name));
    if (content.kind !== 'absent') return { name, content };
  }
  return undefined;
};

/**
 * The `.env` and the `gomodel.yaml` of the working folder, each read once: what is compared with the content
 * that was trusted is what is used.
 */
export const readFolderFiles = async (
  cwd: string,
  dataDir: string,
  wanted: { readonly variables: boolean; readonly config: boolean },
): Promise<readonly FolderFile[]> => {
  const variables = wanted.variables ? find(cwd, [DOTENV_NAME]) : undefined;
  const config = wanted.config ? find(cwd, CONFIG_NAMES) : undefined;
  if (!variables && !config) return [];
  const trusted = await listTrusted(dataDir);
  const trustIn = ({ name, content }: Pick<FolderFile, 'name' | 'content'>): FolderFile['trust'] => {
    const path = realPathOf(join(cwd, name));
    const known = trusted.find(({ id }) => id === path);
    if (!known) return 'unknown';
    return content.kind === 'file' && hashConfigText(content.text) === known.sha256 ? 'trusted' : 'changed';
  };
  return [
    ...(variables ? [{ ...variables, kind: 'variables' as const, trust: trustIn(variables) }] : []),
    ...(config ? [{ ...config, kind: 'config' as const, trust: trustIn(config) }] : []),
  ];
};
