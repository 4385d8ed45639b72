import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const FILE = `server:
  master_key: gm-secret-1
logging:
  max_disk: 5G
providers:
  groq:
    api_key: \${MY_GROQ}
    headers: { x-extra: secret-3 }
aliases:
  fast: { model: groq/llama, effort: low, fallbacks: [gpt-5] }
failover:
  attempts: 2
`;

const writeConfig = (text = FILE): Record<string, string> => {
  const dataDir = createTemporaryFolder('config');
  const file = join(dataDir, 'gomodel.yaml');
  writeFileSync(file, text);
  return { GOMODEL_HOME: dataDir, GOMODEL_CONFIG: file };
};

/** Settings by name, as `--json` tells them. */
const read = (stdout: string): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ setting, ...rest }) => [setting, rest]),
  );

it('config says every value and its origin, and no secret', async () => {
  const env = {
    ...writeConfig(),
    MY_GROQ: 'gsk-secret-2',
    OPENAI_API_KEY: 'sk-secret-4',
    PORT: '9999',
    HTTPS_PROXY: 'http://user:secret-5@proxy:3128',
  };
  const shown = await runCli(['config', '--show-origin', '--host', '127.0.0.1'], env);
  const told = await runCli(['config', '--json', '--host', '127.0.0.1'], env);
  expect([shown.code, told.code]).toEqual([0, 0]);
  expect(shown.stdout + shown.stderr + told.stdout + told.stderr).not.toMatch(/secret-\d/);

  const settings = read(told.stdout);
  expect(settings).toMatchObject({
    'server.port': { value: '9999', origin: 'PORT' },
    'server.host': { value: '127.0.0.1', origin: '--host' },
    'server.master_key': { secret: true, isSet: true, origin: expect.stringMatching(/gomodel\.yaml:2$/) },
    'logging.max_disk': { value: '5G', origin: expect.stringMatching(/gomodel\.yaml:4$/) },
    'logging.retention_days': { value: '30', origin: 'default' },
    'chatgpt.login': { value: 'replace', origin: 'default' },
    default_provider: { value: 'openai', origin: 'default' },
    'providers.groq.api_key': { isSet: true, origin: expect.stringMatching(/gomodel\.yaml:7$/) },
    'providers.groq.base_url': { value: 'https://api.groq.com/openai/v1', origin: 'default' },
    'providers.openai.api_key': { isSet: true, origin: 'OPENAI_API_KEY', variable: 'OPENAI_API_KEY' },
    'aliases.fast': { value: 'groq/llama; effort low; else gpt-5' },
    'failover.attempts': { value: '2' },
    https_proxy: { value: 'http://proxy:3128', origin: 'HTTPS_PROXY' },
    data_dir: { origin: 'GOMODEL_HOME' },
    config_file: { origin: 'GOMODEL_CONFIG' },
  });
  expect(shown.stdout).toMatch(/^server\.port +9999 +PORT$/m);
  expect(shown.stdout).toMatch(/^providers\.groq\.api_key +set +\S+gomodel\.yaml:7$/m);
  expect(shown.stdout).toMatch(/^server\.websockets +auto +default$/m);
});

it('config shows what is wrong in the file, with its place, and ends with 2', async () => {
  const { code, stdout, stderr } = await runCli(['config'], writeConfig('server:\n  prot: 8080\n'));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/gomodel\.yaml:2:3: unknown key "server\.prot"\./);
});

it('a configuration file that is named must be there, and one that is not need not', async () => {
  const dataDir = createTemporaryFolder('config');
  const missing = await runCli(['config', '--config', 'nowhere.yaml'], { GOMODEL_HOME: dataDir });
  expect(missing).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/nowhere\.yaml: there is no such/),
  });
  expect(await runCli(['config'], { GOMODEL_HOME: dataDir })).toMatchObject({ code: 0 });
});

it('the configuration file of the data folder is found by itself', async () => {
  const { GOMODEL_HOME = '' } = writeConfig('server:\n  port: 4321\n');
  const { stdout } = await runCli(['config'], { GOMODEL_HOME });
  expect(stdout).toMatch(/^server\.port +4321$/m);
});
