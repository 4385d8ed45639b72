import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FetchedPackage, installPackage } from '../support/install-package.ts';
import type { Candidate } from './candidate.ts';
import { namedRivals } from './named-rivals.ts';
import { nginxCommand, nginxConfig } from './nginx-config.ts';
import { hasNginx } from './start-process.ts';
import { BARE } from './summarize.ts';

export const GATEWAY = 'gomodel-ts';

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

export interface CandidateInput {
  readonly upstreamPort: number;
  /** Folder of the built servers of this benchmark. */
  readonly servers: string;
  /** The project's own folder. */
  readonly root: string;
  readonly rivals: boolean;
  /** Of Node, for those that run in this one. */
  readonly flags?: readonly string[];
}

const { execPath } = process;

export const gatewayCandidate = ({ upstreamPort, root, flags = [] }: CandidateInput): Candidate => ({
  name: GATEWAY,
  takesZstd: true,
  takesFlags: true,
  command: (port, folder) => {
    const bin = join(root, 'bin', 'gomodel-ts.js');
    return [execPath, ...flags, bin, 'serve', '--port', String(port), '--data-dir', join(folder, 'log')];
  },
  env: () => ({ OPENAI_API_KEY: 'sk-bench', OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1` }),
});

/** One of the proxies of this benchmark, which are told their port and that of the upstream. */
const ownProxy = (name: string, file: string, input: CandidateInput): Candidate => {
  const { upstreamPort, servers, flags = [] } = input;
  return {
    name,
    takesZstd: true,
    takesFlags: true,
    command: (port) => [execPath, ...flags, join(servers, file), String(port), String(upstreamPort)],
  };
};

export const bareCandidate = (input: CandidateInput): Candidate => ownProxy(BARE, 'bare-proxy.mjs', input);

const passOn = (port: number, upstreamPort: number): string => `upstream origin {
    server 127.0.0.1:${upstreamPort};
    keepalive 256;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }`;

/**
 * How little a proxy may cost at all: connections are kept, answers pass as they come. Requests are read whole
 * first, which is nginx's default: it would leave out the rest of a body that is answered before its end.
 */
const nginxCandidate = ({ upstreamPort }: CandidateInput): Candidate => ({
  name: 'nginx',
  takesZstd: true,
  command: (port, folder) => {
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, nginxConfig(folder, passOn(port, upstreamPort)));
    return nginxCommand(folder, file);
  },
});

/** What npm put beside a command in `.bin`. */
const modulesOf = (command: string): string => dirname(dirname(command));

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

/** Everybody who takes part; the rivals are fetched from npm the first time, nginx where it is installed. */
export const findCandidates = async (input: CandidateInput): Promise<Candidate[]> => {
  const { upstreamPort, rivals } = input;
  const own: Candidate[] = [
    bareCandidate(input),
    ...(hasNginx ? [nginxCandidate(input)] : []),
    ownProxy('Express + HPM', 'express-proxy.mjs', input),
    gatewayCandidate(input),
    ...namedRivals(process.env.BENCH_RIVALS, upstreamPort),
  ];
  if (!rivals) return own;
  const portkey = await installPackage(PORTKEY);
  const opencodex = await installPackage(OPENCODEX);
  return [
    ...own,
    {
      name: `Portkey ${PORTKEY.version}`,
      takesZstd: false,
      modules: modulesOf(portkey),
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
      modules: modulesOf(opencodex),
      command: (port, folder) => {
        writeOpencodexConfig(folder, upstreamPort);
        return [execPath, opencodex, 'start', '--port', String(port)];
      },
      env: (folder) => ({ OPENCODEX_HOME: folder, CODEX_HOME: join(folder, 'codex') }),
    },
  ];
};
