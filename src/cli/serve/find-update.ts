import { execFile } from 'node:child_process';
import { isAtLeast } from '../../codex/edit/is-at-least.ts';

const WITHIN_MS = 20_000;
const MAX_BYTES = 64 * 1024;

/** All that npm needs of the environment: where things are, and how its user reaches their registry. No provider's key. */
const NPM_VARIABLES =
  /^(?:PATH|PATHEXT|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|COMSPEC|TEMP|TMP|TMPDIR|XDG_CONFIG_HOME|(?:HTTPS?|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|NPM_TOKEN|NPM_CONFIG_\w+)$/i;

export interface UpdateWish {
  readonly current: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where npm is started: never the working folder, whose `.npmrc` a repository may have written. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
}

/** @returns what npm prints; nothing where there is no npm, or it fails or takes too long */
const askNpm = ({ env, folder, platform }: UpdateWish): Promise<string> =>
  new Promise((resolve) => {
    const options = {
      cwd: folder,
      env: Object.fromEntries(Object.entries(env).filter(([name]) => NPM_VARIABLES.test(name))),
      timeout: WITHIN_MS,
      maxBuffer: MAX_BYTES,
      windowsHide: true,
      // On Windows npm is a batch file, which only a shell runs; nothing in the words is anybody's input.
      shell: platform === 'win32',
    };
    const child = execFile('npm', ['view', 'gomodel-ts', 'version'], options, (error, stdout) =>
      resolve(error ? '' : String(stdout)),
    );
    child.unref();
  });

/**
 * Asks npm, which knows its user's registry, whether there is a newer version. Only called where the user wants it.
 * @returns a sentence, or undefined where there is none, or nobody answers
 */
export const findUpdate = async (wish: UpdateWish): Promise<string | undefined> => {
  const version = (await askNpm(wish)).trim();
  if (!/^\d{1,5}(?:\.\d{1,5}){2}$/.test(version)) return undefined;
  return isAtLeast(wish.current, version)
    ? undefined
    : `gomodel-ts ${version} is there; this is ${wish.current}. npm install -g gomodel-ts@${version}`;
};
