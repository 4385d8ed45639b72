import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FetchedPackage, installPackage } from '../support/install-package.ts';
import { BARE } from './summarize.ts';

const GATEWAY = 'gomodel-ts';

const PORTKEY: FetchedPackage = {
  name: '@portkey-ai/gateway',
  version: '1.15.2',
  command: 'gateway',
  folder: 'portkey',
};
const OPENCODEX: FetchedPackage = {
  name: '@bitkyc08/opencodex',
  version: '2.63.0',
  command: 'ocx',
  folder: 'opencodex',
};

/** A proxy that can be started and loaded. */
export interface Candidate {
  readonly name: string;
  /** False: it cannot undo zstd, and is sent the same bodies plain. */
  readonly takesZstd: boolean;
  readonly command: (port: number, folder: string) => readonly string[];
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
  /** What it wants to be told with each request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CandidateInput {
  readonly upstreamPort: number;
  /** Folder of the built servers of this benchmark. */
  readonly servers: string;
  /** The project's own folder. */
  readonly root: string;
  readonly rivals: boolean;
}

const { execPath } = process;

export const gatewayCandidate = (
  { upstreamPort, root }: CandidateInput,
  flags: readonly string[] = [],
): Candidate => ({
  name: GATEWAY,
  takesZstd: true,
  command: (port, folder) => {
    const bin = join(root, 'bin', 'gomodel-ts.js');
    return [execPath, ...flags, bin, 'serve', '--port', String(port), '--data-dir', join(folder, 'log')];
  },
  env: () => ({ OPENAI_API_KEY: 'sk-bench', OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1` }),
});

export const bareCandidate = (
  { upstreamPort, servers }: CandidateInput,
  flags: readonly string[] = [],
): Candidate => ({
  name: BARE,
  takesZstd: true,
  command: (port) => [
    execPath,
    ...flags,
    join(servers, 'bare-proxy.mjs'),
    String(port),
    String(upstreamPort),
  ],
});

const writeOpencodexConfig = (folder: string, upstreamPort: number): void => {
  const bench = {
    adapter: 'openai-responses',
    baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
    apiKey: 'sk-bench',
    models: ['bench-model'],
    defaultModel: 'bench-model',
    allowPrivateNetwork: true,
  };
  mkdirSync(join(folder, 'codex'), { recursive: true });
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ defaultProvider: 'bench', providers: { bench } }),
    { mode: 0o600 },
  );
};

/** Everybody who takes part; the rivals are fetched from npm the first time. */
export const findCandidates = async (input: CandidateInput): Promise<Candidate[]> => {
  const { upstreamPort, servers, rivals } = input;
  const own: Candidate[] = [
    bareCandidate(input),
    {
      name: 'Express + HPM',
      takesZstd: true,
      command: (port) => [execPath, join(servers, 'express-proxy.mjs'), String(port), String(upstreamPort)],
    },
    gatewayCandidate(input),
  ];
  if (!rivals) return own;
  const portkey = await installPackage(PORTKEY);
  const opencodex = await installPackage(OPENCODEX);
  return [
    ...own,
    {
      name: `Portkey ${PORTKEY.version}`,
      takesZstd: false,
      command: (port) => [execPath, portkey, '--headless', `--port=${port}`],
      headers: {
        authorization: 'Bearer sk-bench',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
      },
    },
    {
      name: `opencodex ${OPENCODEX.version}`,
      takesZstd: true,
      command: (port, folder) => {
        writeOpencodexConfig(folder, upstreamPort);
        return [execPath, opencodex, 'start', '--port', String(port)];
      },
      env: (folder) => ({ OPENCODEX_HOME: folder, CODEX_HOME: join(folder, 'codex') }),
    },
  ];
};
