import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decompress } from '@mongodb-js/zstd';
import { responsesStream } from '../../upstream/responses-stream.ts';
import { startUpstream } from '../../upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../upstream/websocket-upstream.ts';
import { ensureCodex } from '../ensure-codex.ts';
import { type CodexRun, createCodexFolders, runCodex } from '../run-codex.ts';
import { bodyFacts, headerFacts, modelFacts } from './list-facts.ts';

/** What a version did in each scenario, fact by fact. */
export type Capture = ReadonlyMap<string, readonly string[]>;

const PROMPT = 'Reply with exactly ok and no punctuation.';
const MAX_CATALOG_BYTES = 64 * 2 ** 20;

const provider = (baseUrl: string, more: string): string =>
  `model_provider = "gm"\n[model_providers.gm]\nbase_url = "${baseUrl}"\nwire_api = "responses"\n${more}\n`;
const withKey = (url: string): string => provider(url, 'name = "GoModel"\nenv_key = "OPENAI_API_KEY"');
const withSignIn = (url: string): string => provider(url, 'name = "OpenAI"\nrequires_openai_auth = true');

interface Scenario {
  readonly name: string;
  readonly config: (url: string) => string;
  readonly run: Partial<CodexRun>;
}

const KEY = { env: { OPENAI_API_KEY: 'sk-any' } };
const HTTP: readonly Scenario[] = [
  { name: 'a key, its default model', config: withKey, run: KEY },
  { name: 'a key, gpt-5.5', config: withKey, run: { ...KEY, args: ['-m', 'gpt-5.5'] } },
  { name: 'a key, an unknown model', config: withKey, run: { ...KEY, args: ['-m', 'somebody/model-1'] } },
  { name: 'a ChatGPT sign-in', config: withSignIn, run: { signIn: 'chatgpt' } },
];

const events = responsesStream([{ text: 'ok' }]);

const readBody = async (body: Buffer, encoding: string | undefined): Promise<Record<string, unknown>> =>
  JSON.parse(String(encoding === 'zstd' ? await decompress(body) : body));

const captureHttp = async (version: string, { config, run }: Scenario): Promise<readonly string[]> => {
  const upstream = await startUpstream({ kind: 'sse', events });
  try {
    const outcome = await runCodex({ version, prompt: PROMPT, ...run, configToml: config(upstream.url) });
    const asked: string[] = [];
    for (const [place, { method, url, rawHeaders, headers, body }] of upstream.requests.entries()) {
      const json = await readBody(body, headers['content-encoding']);
      const facts = [...headerFacts(rawHeaders, version), ...bodyFacts(json, version)];
      asked.push(...[`${method} ${url}`, ...facts].map((fact) => `request ${place + 1}: ${fact}`));
    }
    const others = upstream.others.flatMap(({ method, url, rawHeaders }) => [
      `${method} ${url.replaceAll(version, 'VERSION')}`,
      ...headerFacts(rawHeaders, version).map((fact) => `${method} ${url.split('?')[0]}: ${fact}`),
    ]);
    return [`exit code ${outcome.code}`, ...asked, ...others];
  } finally {
    await upstream.close();
  }
};

const captureWebSocket = async (version: string): Promise<readonly string[]> => {
  const upstream = await startWebSocketUpstream(() => ({ kind: 'events', events }));
  try {
    const configToml = withKey(upstream.url).concat('supports_websockets = true\n');
    const outcome = await runCodex({ version, prompt: PROMPT, ...KEY, configToml });
    const upgrades = upstream.connections.flatMap(({ url, rawHeaders }, place) =>
      [url, ...headerFacts(rawHeaders, version)].map((fact) => `connection ${place + 1}: ${fact}`),
    );
    const frames = upstream.frames.flatMap((frame, place) =>
      bodyFacts(frame.json(), version).map((fact) => `frame ${place + 1}: ${fact}`),
    );
    return [`exit code ${outcome.code}`, ...upgrades, ...frames];
  } finally {
    await upstream.close();
  }
};

const captureModels = async (version: string): Promise<readonly string[]> => {
  const binary = await ensureCodex(version);
  const { codexHome, home, workFolder } = createCodexFolders();
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    CODEX_HOME: codexHome,
    HTTPS_PROXY: 'http://127.0.0.1:9',
  };
  const options = { cwd: workFolder, env, maxBuffer: MAX_CATALOG_BYTES };
  const { stdout } = await promisify(execFile)(binary, ['debug', 'models'], options);
  return modelFacts(JSON.parse(stdout));
};

/** Runs one version against doubles, in one scenario after the other. */
export const captureCodex = async (version: string): Promise<Capture> => {
  const capture = new Map<string, readonly string[]>();
  for (const scenario of HTTP) {
    capture.set(`HTTP, ${scenario.name}`, await captureHttp(version, scenario));
  }
  capture.set('WebSocket, a key', await captureWebSocket(version));
  capture.set('models that it was built with', await captureModels(version));
  return capture;
};
