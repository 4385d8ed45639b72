import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { type CodexRun, runCodex } from '../support/codex/run-codex.ts';
import { createInitHome, type InitHome, runInitCodex } from '../support/codex/run-init-codex.ts';
import { CHATGPT_TOKEN } from '../support/codex/sign-in.ts';
import type { RecordedRequest } from '../support/upstream/recorded-request.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';

const NEWEST = '0.171.0';
const OLDEST = '0.113.0';

/** Such a file as people have: a byte order mark, CRLF, comments, a provider, quoted keys, no last line break. */
const LIVED_IN = `\uFEFF# Codex at work
model = "gpt-5.5"
model_reasoning_effort = "high" # slow, but good

# Where it may write.
[projects."/home/me/a b"]
trust_level = "trusted"

[model_providers.other]
name = "Other"
base_url = "http://localhost:1/v1"`.replaceAll('\n', '\r\n');

let home: InitHome;
let upstream: Upstream;

beforeAll(async () => {
  for (const version of CODEX_VERSIONS) await ensureCodex(version);
});
beforeEach(async () => {
  home = await createInitHome();
  mkdirSync(home.codexHome);
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
});
afterEach(async () => {
  home.remove();
  await upstream.close();
});

const init = (...args: string[]) => runInitCodex(home, ['--base-url', upstream.url, ...args]);

const seen = async (run: Partial<CodexRun> & { version: string }): Promise<RecordedRequest> => {
  const outcome = await runCodex({
    prompt: 'Reply with exactly ok and no punctuation.',
    codexHome: home.codexHome,
    env: { OPENAI_API_KEY: 'the-key', GOMODEL_MASTER_KEY: 'the-master-key' },
    ...run,
  });
  expect(outcome, outcome.stderr).toMatchObject({ code: 0, stdout: 'ok\n' });
  return upstream.request(0);
};

/** 0.113 knows no --strict-config. */
const strictly = (version: string): string[] => (version === NEWEST ? ['--strict-config'] : []);

describe.each(CODEX_VERSIONS)('what init-codex wrote, read by Codex %s', (version) => {
  it('sends the key of the environment', async () => {
    writeFileSync(home.config, LIVED_IN);
    await init();
    const { headers } = await seen({ version, args: strictly(version) });
    expect(headers.authorization).toBe('Bearer the-key');
  });

  it.each([
    ['in braces', 'model_providers = { other = { name = "Other" } }\n'],
    ['as dotted keys', '[model_providers]\ngomodel.name = "mine"\ngomodel.requires_openai_auth = true\n'],
    ['as an inline table', 'model_providers.gomodel = { name = "mine", env_key = "NOT_SET" }\n'],
  ])('is understood %s', async (_form, text) => {
    writeFileSync(home.config, text);
    await init();
    const { headers } = await seen({ version, args: strictly(version) });
    expect(headers.authorization).toBe('Bearer the-key');
  });

  it('keeps a ChatGPT sign-in, with the key of the gateway beside it, and zstd bodies', async () => {
    await init('--auth', 'chatgpt');
    const { headers } = await seen({ version, signIn: 'chatgpt', args: strictly(version) });
    expect(headers).toMatchObject({
      authorization: `Bearer ${CHATGPT_TOKEN}`,
      'x-gomodel-key': 'the-master-key',
      'content-encoding': 'zstd',
    });
  });

  it('keeps the built-in provider and its sign-in with --builtin', async () => {
    await init('--builtin');
    // The oldest reads the variable that the command prints, and not the setting.
    const env = version === OLDEST ? { OPENAI_BASE_URL: upstream.url } : {};
    const { headers } = await seen({ version, signIn: 'chatgpt', args: strictly(version), env });
    expect(headers).toMatchObject({ authorization: `Bearer ${CHATGPT_TOKEN}`, 'content-encoding': 'zstd' });
  });

  it('is there to be chosen with --no-default', async () => {
    await init('--no-default', '--provider-id', 'mine', '--env-key', 'MY_KEY');
    const args = ['-c', 'model_provider=mine'];
    const { headers } = await seen({ version, args, env: { MY_KEY: 'my-key' } });
    expect(headers.authorization).toBe('Bearer my-key');
  });

  it('is taken back around what Codex itself wrote into the file since (rule 20)', async () => {
    const addServer = (name: string): void => {
      const env = { PATH: process.env.PATH, HOME: home.homeDir, CODEX_HOME: home.codexHome };
      execFileSync(binary, ['mcp', 'add', name, '--', 'echo', name], { env, stdio: 'ignore' });
    };
    const binary = await ensureCodex(version);
    writeFileSync(home.config, LIVED_IN);
    addServer('one');
    // Codex itself has no byte order mark and no CRLF left in the file that it writes.
    const before = readFileSync(home.config, 'utf8');
    writeFileSync(home.config, `\uFEFF${before.replaceAll('\n', '\r\n')}`);
    await init();
    addServer('two');
    const { error } = await runInitCodex(home, ['--undo']);
    expect(error).toBeUndefined();
    const two = '\n[mcp_servers.two]\ncommand = "echo"\nargs = ["two"]\n';
    expect(readFileSync(home.config, 'utf8')).toBe(before + two);
  });
});

describe('a profile', () => {
  it('is chosen by name, and changes nothing else', async () => {
    writeFileSync(home.config, LIVED_IN);
    await init('--profile', 'work', '--model', 'gpt-6-astra');
    expect(readFileSync(home.config, 'utf8')).toBe(LIVED_IN);
    const request = await seen({ version: NEWEST, args: ['--profile', 'work', '--strict-config'] });
    expect(request.headers.authorization).toBe('Bearer the-key');
    expect(readFileSync(join(home.codexHome, 'work.config.toml'), 'utf8')).toContain('gpt-6-astra');
  });
});

describe('a model that Codex does not know', () => {
  const WARNING = /Model metadata for .* not found/;
  const run = () =>
    runCodex({
      version: NEWEST,
      prompt: 'Reply with exactly ok and no punctuation.',
      codexHome: home.codexHome,
      env: { OPENAI_API_KEY: 'the-key' },
      args: ['--strict-config'],
    });

  it('is known by the catalog that init-codex writes, and so are those that the gateway serves', async () => {
    writeFileSync(home.config, 'model = "deepseek-v4"\n');
    await init();
    expect((await run()).stderr).toMatch(WARNING);

    const binary = await ensureCodex(NEWEST);
    const env = { PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` };
    const { error, stderr } = await runInitCodex(home, ['--base-url', upstream.url, '--catalog'], { env });
    expect(error).toBeUndefined();
    expect(stderr).toContain(`models of Codex ${NEWEST}, and 2 more`);
    const known = await run();
    expect(known.stderr).not.toMatch(WARNING);
    expect(known.stdout).toBe('ok\n');

    const list = execFileSync(binary, ['debug', 'models'], {
      env: { ...env, HOME: home.homeDir, CODEX_HOME: home.codexHome },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });
    const slugs = JSON.parse(list).models.map(({ slug }: { slug: string }) => slug);
    expect(slugs).toEqual(expect.arrayContaining(['gpt-5.5', 'deepseek-v4', 'gpt-test']));
  });
});
