import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInitHome, type InitHome, runInitCodex } from '../support/codex/run-init-codex.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';

const BLOCK = `[model_providers.gomodel]
name = "GoModel"
base_url = "http://localhost:8080/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`;

const MINE = `#:schema https://example.org/codex.json
# My Codex.
model = "gpt-5.5" # the good one
approval_policy = "on-request"

# Where I work.
[projects."/home/me/a b"]
trust_level = "trusted"
`;

let home: InitHome;
const read = (path: string): string => readFileSync(path, 'utf8');
const writeConfig = (text: string | Buffer): void => {
  mkdirSync(home.codexHome, { recursive: true });
  writeFileSync(home.config, text);
};
const filesOfCodex = (): string[] => (existsSync(home.codexHome) ? readdirSync(home.codexHome).sort() : []);

beforeEach(async () => {
  home = await createInitHome();
});

afterEach(() => home.remove());

describe('init-codex', () => {
  it('writes the block into a file of its own, for its owner alone', async () => {
    const { stdout, error } = await runInitCodex(home);
    expect(error).toBeUndefined();
    expect(read(home.config)).toBe(`model_provider = "gomodel"\n\n${BLOCK}`);
    expect(statSync(home.config).mode & 0o777).toBe(0o600);
    expect(stdout).toContain('export GOMODEL_MASTER_KEY="change-me"');
    expect(stdout).toContain('export OPENAI_API_KEY="$GOMODEL_MASTER_KEY"');
    expect(stdout).toContain("codex exec --skip-git-repo-check 'Reply with exactly ok and no punctuation.'");
  });

  it('says how Codex gets past a proxy of this shell to the gateway (K6)', async () => {
    const run = (NO_PROXY: string) => runInitCodex(home, [], { env: { HTTP_PROXY: 'proxy:3128', NO_PROXY } });
    expect((await run('corp')).stdout).toContain('export NO_PROXY="corp,localhost,127.0.0.1,::1"');
    expect((await run('localhost')).stdout).not.toContain('NO_PROXY');
  });

  it('adds to a file, behind a dated backup, and touches nothing else (rule 19)', async () => {
    writeConfig(MINE);
    await runInitCodex(home);
    const added = MINE.replace('the good one\n', 'the good one\nmodel_provider = "gomodel"\n');
    expect(read(home.config)).toBe(`${added}\n${BLOCK}`);
    const [, backup = ''] = filesOfCodex();
    expect(backup).toMatch(/^config\.toml\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.bak$/);
    expect(read(join(home.codexHome, backup))).toBe(MINE);
  });

  it('changes nothing in a second run, and says so', async () => {
    writeConfig(MINE);
    await runInitCodex(home);
    const files = filesOfCodex();
    const { ino, mtimeMs } = statSync(home.config);
    const { stderr, stdout } = await runInitCodex(home);
    expect(stderr).toContain('nothing was changed');
    expect(stdout).toContain('codex exec');
    expect(statSync(home.config)).toMatchObject({ ino, mtimeMs });
    expect(filesOfCodex()).toEqual(files);
  });

  it('prints a diff for --dry-run, in colour where it is wanted, and writes nothing', async () => {
    writeConfig('a = 1\r\n');
    const plain = await runInitCodex(home, ['--dry-run', '--no-default']);
    expect(plain.stdout).toBe(
      [
        `--- ${home.config}`,
        `+++ ${home.config}`,
        '@@ -1,1 +1,7 @@',
        ' a = 1\r',
        '+\r',
        ...BLOCK.trimEnd()
          .split('\n')
          .map((line) => `+${line}\r`),
        '',
      ].join('\n'),
    );
    const coloured = await runInitCodex(home, ['--dry-run'], { env: { FORCE_COLOR: '1' } });
    expect(coloured.stdout).toContain('\u001b[32m+name = "GoModel"\u001b[39m\r\n');
    expect(read(home.config)).toBe('a = 1\r\n');
    expect(filesOfCodex()).toEqual(['config.toml']);
    expect(await home.state.edits.list()).toEqual([]);
  });

  it('makes no folder for --dry-run', async () => {
    const { stdout } = await runInitCodex(home, ['--dry-run']);
    expect(stdout).toContain('--- /dev/null');
    expect(readdirSync(home.homeDir)).toEqual([]);
  });

  it.each([
    ['a = 1\nb = \n', '2:5'],
    ['\uFEFFa = \n', '1:5'],
    ['[a]\n[a]\n', '2:2'],
    ['[model_providers.gomodel]\nname = "x"\nname = "y"\n', '3:1'],
    [Buffer.from('a = 1\nb = "\xe9"\n', 'latin1'), '2:6'],
  ])('refuses invalid TOML with line and column, and writes nothing: %j', async (text, position) => {
    writeConfig(text);
    const { error } = await runInitCodex(home);
    expect(error).toMatchObject({
      code: 'invalid_toml',
      message: expect.stringContaining(`${home.config}:${position}: `),
    });
    expect(readFileSync(home.config)).toEqual(Buffer.from(text as string));
    expect(filesOfCodex()).toEqual(['config.toml']);
    expect(await home.state.edits.list()).toEqual([]);
  });

  it.each(['openai', 'ollama', 'lmstudio', 'amazon-bedrock'])(
    'refuses the reserved id %s (rule 23)',
    async (id) => {
      const { error } = await runInitCodex(home, ['--provider-id', id]);
      expect(error).toMatchObject({ code: 'invalid_usage' });
      expect(existsSync(home.config)).toBe(false);
    },
  );

  it.each([
    ['--env-key', 'sk-0123456789abcdef'],
    ['--base-url', 'localhost:8080'],
    ['--base-url', 'http://me:secret@localhost:8080/v1'],
    ['--base-url', 'http://localhost:8080/v1?key=secret'],
    ['--profile', '../elsewhere'],
    ['--provider-id', 'a.b'],
    ['--model', ' '],
  ])('refuses %s %s', async (flag, value) => {
    const { error } = await runInitCodex(home, [flag, value]);
    expect(error).toMatchObject({ code: 'invalid_usage' });
    expect(String(error)).not.toContain('0123456789abcdef');
    expect(existsSync(home.config)).toBe(false);
  });

  it.each([
    ['http://localhost:8080', 'http://localhost:8080/v1'],
    ['http://localhost:8080/', 'http://localhost:8080/v1'],
    ['http://localhost:8080/admin/dashboard/audit', 'http://localhost:8080/v1'],
    ['https://gw.corp/gw/admin/dashboard/', 'https://gw.corp/gw/v1'],
    ['http://localhost:8080/v1/responses', 'http://localhost:8080/v1'],
    ['http://localhost:8080/v1/chat/completions/', 'http://localhost:8080/v1'],
    ['https://gw.corp/gw/v1/', 'https://gw.corp/gw/v1'],
    ['https://gw.corp/p/openai', 'https://gw.corp/p/openai'],
  ])('takes %s for %s', async (given, written) => {
    await runInitCodex(home, ['--base-url', given]);
    expect(read(home.config)).toContain(`base_url = "${written}"\n`);
  });

  it('takes what the flags say', async () => {
    await runInitCodex(home, [
      ...['--provider-id', 'mine', '--env-key', 'MY_KEY', '--model', 'a "b"'],
      ...['--base-url', 'https://gateway.example/v1/', '--no-default'],
    ]);
    expect(read(home.config)).toBe(`model = "a \\"b\\""

[model_providers.mine]
name = "GoModel"
base_url = "https://gateway.example/v1"
env_key = "MY_KEY"
wire_api = "responses"
`);
  });

  it('points at the gateway that runs, else at the port that one would take', async () => {
    const gateway = await composeGateway('http://127.0.0.1:9/v1');
    const leave = await home.state.announce({
      url: gateway.url,
      version: '0.1.0',
      startedAt: new Date().toISOString(),
    });
    await runInitCodex(home);
    expect(read(home.config)).toContain(`base_url = "${gateway.url}/v1"`);
    await leave();
    await runInitCodex(home, [], { env: { PORT: '9124' } });
    expect(read(home.config)).toContain('base_url = "http://localhost:9124/v1"');
  });

  it('writes a profile into a file of its own', async () => {
    writeConfig(MINE);
    const { stdout } = await runInitCodex(home, ['--profile', 'work']);
    expect(read(home.config)).toBe(MINE);
    expect(read(join(home.codexHome, 'work.config.toml'))).toBe(`model_provider = "gomodel"\n\n${BLOCK}`);
    expect(stdout).toContain('codex exec --profile work --skip-git-repo-check');
  });

  it('finds the folder of Codex by flag, then by CODEX_HOME', async () => {
    const [one, two] = [join(home.homeDir, 'one'), join(home.homeDir, "t'wo")];
    const byVariable = await runInitCodex(home, [], { env: { CODEX_HOME: one } });
    const byFlag = await runInitCodex(home, ['--codex-home', two], { env: { CODEX_HOME: one } });
    expect(existsSync(join(one, 'config.toml'))).toBe(true);
    expect(existsSync(join(two, 'config.toml'))).toBe(true);
    expect(byVariable.stdout).not.toContain('CODEX_HOME=');
    expect(byFlag.stdout).toContain(`CODEX_HOME='${two.replace("'", "'\\''")}' codex exec`);
  });

  it('warns that another provider hides the sessions, and names the way that does not (rule 22)', async () => {
    expect((await runInitCodex(home, ['--no-default'])).stderr).not.toContain('--builtin');
    expect((await runInitCodex(home)).stderr).toContain('init-codex --builtin keeps them together');
  });

  it('writes a block for a ChatGPT sign-in over one for a key', async () => {
    writeConfig(`model_provider = "gomodel"\n\n${BLOCK}stream_max_retries = 9 # mine\n`);
    await runInitCodex(home, ['--auth', 'chatgpt']);
    expect(read(home.config)).toBe(`model_provider = "gomodel"

[model_providers.gomodel]
name = "OpenAI"
base_url = "http://localhost:8080/v1"
wire_api = "responses"
stream_max_retries = 9 # mine
requires_openai_auth = true
env_http_headers = { "X-GoModel-Key" = "GOMODEL_MASTER_KEY" }
`);
  });

  it('gives the built-in provider another address, and chooses it again where another was chosen', async () => {
    writeConfig("model_provider = 'gomodel' # was mine\n");
    const { stderr, stdout } = await runInitCodex(home, ['--builtin']);
    expect(read(home.config)).toBe(
      'model_provider = "openai" # was mine\nopenai_base_url = "http://localhost:8080/v1"\n',
    );
    expect(stderr).toContain('keeps its built-in provider');
    expect(stdout).toContain('export OPENAI_BASE_URL="http://localhost:8080/v1"');
  });

  it('does not write over a credential that the block has of its own', async () => {
    const text = '[model_providers.gomodel]\nname = "x"\nexperimental_bearer_token = "t0p-secret"\n';
    writeConfig(text);
    const { error } = await runInitCodex(home);
    expect(error).toMatchObject({
      code: 'command_failed',
      message: expect.not.stringContaining('t0p-secret'),
    });
    expect(read(home.config)).toBe(text);
  });

  it('never touches auth.json (rule 21)', async () => {
    writeConfig(MINE);
    const auth = join(home.codexHome, 'auth.json');
    writeFileSync(auth, '{"tokens":{}}');
    chmodSync(auth, 0o400);
    const before = statSync(auth);
    for (const args of [[], ['--auth', 'chatgpt'], ['--builtin'], ['--undo']]) await runInitCodex(home, args);
    const { atimeMs: _read, ...after } = statSync(auth);
    expect(before).toMatchObject({
      ino: after.ino,
      mtimeMs: after.mtimeMs,
      ctimeMs: after.ctimeMs,
      mode: after.mode,
    });
    expect(read(auth)).toBe('{"tokens":{}}');
  });
});

describe('init-codex and the file system', () => {
  it('writes through a symbolic link and keeps it', async () => {
    const dotfiles = join(home.homeDir, 'dotfiles');
    mkdirSync(dotfiles);
    mkdirSync(home.codexHome);
    writeFileSync(join(dotfiles, 'codex.toml'), MINE);
    symlinkSync('../dotfiles/codex.toml', home.config);
    await runInitCodex(home);
    expect(readlinkSync(home.config)).toBe('../dotfiles/codex.toml');
    expect(read(join(dotfiles, 'codex.toml'))).toContain(BLOCK);
    expect(readdirSync(dotfiles)).toEqual(['codex.toml']);
    await runInitCodex(home, ['--undo']);
    expect(read(join(dotfiles, 'codex.toml'))).toBe(MINE);
    expect(lstatSync(home.config).isSymbolicLink()).toBe(true);
  });

  it('creates the target of a link that leads nowhere, and takes only that back', async () => {
    mkdirSync(home.codexHome);
    const target = join(home.homeDir, 'later.toml');
    symlinkSync(target, home.config);
    await runInitCodex(home);
    expect(read(target)).toContain(BLOCK);
    await runInitCodex(home, ['--undo']);
    expect(existsSync(target)).toBe(false);
    expect(readlinkSync(home.config)).toBe(target);
  });

  it('keeps the mode of the file, for the backup too', async () => {
    writeConfig(MINE);
    chmodSync(home.config, 0o640);
    await runInitCodex(home);
    expect(filesOfCodex().map((name) => statSync(join(home.codexHome, name)).mode & 0o777)).toEqual([
      0o640, 0o640,
    ]);
  });

  it('keeps a hard link', async () => {
    writeConfig(`${MINE}# ${'long '.repeat(2000)}\n`);
    const twin = join(home.homeDir, 'twin.toml');
    linkSync(home.config, twin);
    await runInitCodex(home);
    expect(read(twin)).toContain(BLOCK);
    await runInitCodex(home, ['--undo']);
    expect(read(twin)).toBe(`${MINE}# ${'long '.repeat(2000)}\n`);
  });

  it('says what is in the way where the folder is a file', async () => {
    writeFileSync(home.codexHome, '');
    const { error } = await runInitCodex(home);
    expect(error).toMatchObject({ code: 'command_failed', message: expect.stringContaining('ENOTDIR') });
  });

  it('says so where a link leads back to itself', async () => {
    mkdirSync(home.codexHome);
    symlinkSync('config.toml', home.config);
    const { error } = await runInitCodex(home);
    expect(error).toMatchObject({ code: 'command_failed', message: expect.stringContaining('ELOOP') });
  });
});

describe('init-codex at a terminal', () => {
  it('shows the change and writes it when Enter is pressed', async () => {
    const { stderr, error } = await runInitCodex(home, [], { typed: '\r', env: { NO_COLOR: '1' } });
    expect(error).toBeUndefined();
    expect(stderr).toContain('+name = "GoModel"');
    expect(stderr).toContain('Write this? [Y/n]');
    expect(read(home.config)).toContain(BLOCK);
  });

  it('writes nothing when the answer is no', async () => {
    const { stderr, stdout } = await runInitCodex(home, [], { typed: 'n\r' });
    expect(stderr).toContain('Nothing was written.');
    expect(stdout).toBe('');
    expect(existsSync(home.codexHome)).toBe(false);
  });

  it('writes nothing when the answer is Ctrl-C', async () => {
    const { error } = await runInitCodex(home, [], { typed: '\u0003' });
    expect(error).toMatchObject({ code: 'interrupted', exitCode: 130 });
    expect(existsSync(home.codexHome)).toBe(false);
  });

  it('does not ask with --yes', async () => {
    const { stderr } = await runInitCodex(home, ['--yes'], { typed: '' });
    expect(stderr).not.toContain('[Y/n]');
    expect(read(home.config)).toContain(BLOCK);
  });
});

describe('init-codex and the sign-in of Codex', () => {
  const signIn = (auth: unknown): void => {
    mkdirSync(home.codexHome, { recursive: true });
    writeFileSync(join(home.codexHome, 'auth.json'), JSON.stringify(auth));
  };
  const CHATGPT = { OPENAI_API_KEY: null, tokens: { access_token: 'eyJ.secret', id_token: 'eyJ.x' } };

  it('keeps a ChatGPT sign-in, says so, and shows nothing of it', async () => {
    signIn(CHATGPT);
    const { stdout, stderr } = await runInitCodex(home);
    expect(read(home.config)).toContain('requires_openai_auth = true');
    expect(stderr).toContain('Codex is signed in with ChatGPT: it keeps that sign-in, and your plan pays');
    expect(stdout).not.toContain('codex login');
    expect(stdout).not.toContain('OPENAI_API_KEY');
    expect(stdout + stderr).not.toContain('eyJ');
  });

  it.each([
    ['a key', { OPENAI_API_KEY: 'sk-of-the-user' }, 'Codex is signed in with a key'],
    ['a key that counts', { ...CHATGPT, auth_mode: 'apikey' }, 'Codex is signed in with a key'],
    ['nothing', {}, 'Codex is not signed in with ChatGPT'],
    ['a damaged file', 'no object', 'Codex is not signed in with ChatGPT'],
  ])('sends a key where it holds %s', async (_name, auth, said) => {
    signIn(auth);
    const { stderr } = await runInitCodex(home);
    expect(read(home.config)).toContain('env_key = "OPENAI_API_KEY"');
    expect(stderr).toContain(said);
  });

  it('obeys --auth, whatever the sign-in', async () => {
    signIn(CHATGPT);
    await runInitCodex(home, ['--auth', 'key']);
    expect(read(home.config)).toContain('env_key = "OPENAI_API_KEY"');
  });

  it('prints only what this shell lacks', async () => {
    const env = { GOMODEL_MASTER_KEY: 'gm-1', OPENAI_API_KEY: 'gm-1' };
    const { stdout } = await runInitCodex(home, [], { env });
    expect(stdout).not.toContain('export');
    expect(stdout).toContain('Nothing else has to be set in this shell.');
    const other = await runInitCodex(home, [], { env: { ...env, OPENAI_API_KEY: 'sk-other' } });
    expect(other.stdout).toContain('export OPENAI_API_KEY="$GOMODEL_MASTER_KEY"');
    expect(other.stdout).not.toContain('export GOMODEL_MASTER_KEY');
  });
});

it('says that a profile of the file leads elsewhere, or keeps Codex from starting', async () => {
  writeConfig('profile = "work"\n[profiles.work]\nmodel_provider = "azure"\n');
  const { stderr } = await runInitCodex(home, []);
  expect(stderr).toContain('profile = "work" stands in the file. Codex 0.134 and newer do not start with it');
  const again = await runInitCodex(home, []);
  expect(again.stderr).toContain('profile = "work"');
  writeConfig('[profiles.work]\nmodel_provider = "azure"\n');
  expect((await runInitCodex(home, [])).stderr).not.toContain('stands in the file');
});
