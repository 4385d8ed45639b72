import { expect, it } from 'vitest';
import type { Paged } from '../../../src/admin/api-types/entry.ts';
import type { UsageSession } from '../../../src/admin/api-types/usage.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const text = (value: string) => ({ type: 'input_text', text: value });
const user = (...content: object[]) => ({ type: 'message', role: 'user', content });

const ENVIRONMENT = user(text('<environment_context>\n  <cwd>/x</cwd>\n</environment_context>'));
const IMAGE = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };

it.each([
  ['over HTTP', 'http', [ENVIRONMENT, user(text('Mend **the** `test`'))]],
  ['over WebSocket', 'websocket', [ENVIRONMENT, user(text('Mend **the** `test`'))]],
  [
    'that begins with an image',
    'http',
    [user(text('<image name=[Image #1]>'), IMAGE, text('</image>'), text('Mend **the** `test`'))],
  ],
] as const)("a session's title is what its user wrote: one %s", async (_which, transport, input) => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const { port } = gateway;
  recordExchange(gateway.recorder, {
    rawHeaders: ['session-id', 'session-0-0123456789'],
    record: { method: transport === 'http' ? 'POST' : 'GET', transport, path: '/v1/responses', status: 200 },
    requestBody: Buffer.from(JSON.stringify({ model: 'gpt-5.5', input })),
  });
  await gateway.recorder.flush();
  const { entries } = await readAdmin<Paged<UsageSession>>(port, 'usage/sessions');
  expect(entries.map(({ title }) => title)).toEqual(['Mend **the** `test`']);
});
