import { expect, it } from 'vitest';
import type { ProviderStatus } from '../../../src/admin/api-types/gateway.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

it('lists every configured provider, where its key comes from, and how it fared', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1', {
    env: { ANTHROPIC_API_KEY: 'sk-ant-0123456789', OLLAMA_BASE_URL: 'http://127.0.0.1:11434/v1' },
  });
  recordExchange(recorder, {
    record: {
      provider: 'anthropic',
      status: 529,
      error: { origin: 'upstream', code: 'overloaded_error', message: 'Overloaded.' },
    },
  });
  recordExchange(recorder, { record: { provider: 'openai', response: { finish: 'completed' } } });
  const providers = await readAdmin<ProviderStatus[]>(port, 'providers/status');
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  expect(byName.get('openai')).toMatchObject({ status: 'ok', key_source: 'OPENAI_API_KEY', requests_24h: 1 });
  expect(byName.get('anthropic')).toMatchObject({
    status: 'failing',
    key_source: 'ANTHROPIC_API_KEY',
    failed_24h: 1,
    last_failure: { message: 'Overloaded.' },
  });
  expect(byName.get('ollama')).toMatchObject({ status: 'unknown', key_source: null });
  expect(JSON.stringify(providers)).not.toContain('sk-ant');
});
