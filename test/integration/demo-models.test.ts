import Anthropic from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';
import { composeGateway } from '../support/gateway/compose-gateway.ts';

it('lists the model of the demo in Anthropic’s form, and answers under that name', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1', { demo: true });
  const client = new Anthropic({ apiKey: 'any', baseURL: new URL(gateway.v1).origin, maxRetries: 0 });
  const { data } = await client.models.list();
  expect(data).toMatchObject([{ type: 'model', id: 'gomodel-demo' }]);
  expect(await client.models.retrieve('gomodel-demo')).toMatchObject({ id: 'gomodel-demo' });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const answer = await client.messages.create({ model: 'gomodel-demo', max_tokens: 100, messages });
  expect(answer.content).toMatchObject([{ type: 'text' }]);
});
