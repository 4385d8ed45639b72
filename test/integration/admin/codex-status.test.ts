import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CodexStatusAnswer } from '../../../src/admin/api-types/codex.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const statusWith = async (config: ((url: string) => string) | undefined): Promise<CodexStatusAnswer> => {
  const codexHome = join(createTemporaryFolder('codex-status'), 'codex');
  mkdirSync(codexHome);
  const gateway = await composeGateway('http://127.0.0.1:9/v1', { codexHome });
  if (config) writeFileSync(join(codexHome, 'config.toml'), config(`${gateway.url}/v1`));
  return readAdmin<CodexStatusAnswer>(gateway.port, 'codex/status');
};

it('says that Codex has no configuration, and what would be written', async () => {
  const status = await statusWith(undefined);
  expect(status).toMatchObject({ state: 'no_config', config_found: false });
  expect(status.block).toContain('[model_providers.gomodel]');
  expect(status.diff).toContain('+model_provider = "gomodel"');
});

it('knows the block of init-codex, and the built-in provider at this address', async () => {
  const { block } = await statusWith(undefined);
  const connected = await statusWith((url) => block.replace(/base_url = ".*"/, `base_url = "${url}"`));
  expect(connected).toMatchObject({ state: 'connected', diff: '' });
  expect(await statusWith((url) => `openai_base_url = "${url}"\n`)).toMatchObject({ state: 'connected' });
});

it('tells a configuration that leads elsewhere, and hides what is secret around the change', async () => {
  const status = await statusWith(
    () =>
      'model_provider = "other"\n\n[model_providers.other]\nname = "Other"\nbase_url = "https://user:pw@other.example/v1"\nexperimental_bearer_token = "very-secret"\n',
  );
  expect(status).toMatchObject({ state: 'elsewhere', resolves_to: 'https://other.example/v1' });
  expect(status.diff).toContain('model_provider = "gomodel"');
  expect(JSON.stringify(status)).not.toContain('very-secret');
  expect(await statusWith(() => 'model = "gpt-5.5"\n')).toMatchObject({ state: 'not_connected' });
});

it('says that a configuration cannot be read, and where', async () => {
  const status = await statusWith(() => 'model = \n');
  expect(status).toMatchObject({ state: 'invalid_config', diff: '' });
  expect(status.problems[0]).toContain('config.toml:1:');
});

it('says of a configuration that Codex refuses why, and what to do', async () => {
  const status = await statusWith(() => 'model_provider = "nowhere"\n');
  expect(status.state).toBe('invalid_config');
  expect(status.problems).toEqual([expect.stringMatching(/no model_providers\.nowhere\. Run `npx/)]);
  expect(status.diff, 'which init-codex would mend').toContain('+model_provider = "gomodel"');
});
