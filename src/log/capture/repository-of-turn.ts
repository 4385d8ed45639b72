import { isObject, type JsonObject } from '../../base/json-object.ts';

const MAX_WORKSPACES = 20;
const MAX_URL = 500;

const SCP_FORM = /^[\w.-]{1,64}@([\w.-]{1,253}):(?!\/)(.{1,400})$/;

/** `host/owner/name`, however the address is written; never with the credential that it may hold. */
const nameOfRemote = (remote: string): string | undefined => {
  if (remote.length > MAX_URL) return undefined;
  const [, scpHost, scpPath] = SCP_FORM.exec(remote) ?? [];
  const url = scpHost === undefined && URL.canParse(remote) ? new URL(remote) : undefined;
  const host = scpHost ?? url?.hostname;
  const path = scpPath ?? url?.pathname;
  // A path of the machine names no place that others know.
  if (!host || path === undefined) return undefined;
  const name = path
    .split('/')
    .filter(Boolean)
    .join('/')
    .replace(/\.git$/, '');
  return name === '' ? undefined : `${host.toLowerCase()}/${name}`;
};

/**
 * The repository that a turn works on, by what Codex says of its workspaces: of several, the first with a remote, and
 * of several remotes `origin`.
 */
export const repositoryOfTurn = ({ workspaces }: JsonObject): string | undefined => {
  if (!isObject(workspaces)) return undefined;
  for (const workspace of Object.values(workspaces).slice(0, MAX_WORKSPACES)) {
    const remotes = isObject(workspace) ? workspace.associated_remote_urls : undefined;
    if (!isObject(remotes)) continue;
    const remote = remotes.origin ?? Object.values(remotes)[0];
    const name = typeof remote === 'string' ? nameOfRemote(remote) : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
};
