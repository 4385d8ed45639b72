import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { refresh, signIn, startSignInGateway } from '../../support/identity/start-sign-in-gateway.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const passMs = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };

it('a connection is closed when its token is over, and the next one comes with another', async () => {
  const { base, gateway } = await startSignInGateway({ env: { WEBSOCKETS: 'bridge' } });
  const tokens = await signIn(base);
  const connect = (token: string) =>
    connectClient(gateway.v1, { headers: { ...CODEX_HEADERS, authorization: `Bearer ${token}` } });
  const client = await connect(tokens.access_token);
  client.send(CREATE);
  expect((await client.answer()).type).toBe('response.completed');
  passMs(15 * 60_000);
  // Neither as an error nor as a refusal, which would end a turn: Codex connects anew with its next one.
  expect((await client.closed).code).toBeGreaterThanOrEqual(1000);
  expect(client.events.filter(({ type }) => type === 'error')).toEqual([]);
  await expect(connect(tokens.access_token)).rejects.toThrow();
  const { body } = await refresh(base, tokens.refresh_token);
  const next = await connect(body.access_token);
  next.send(CREATE);
  expect((await next.answer()).type).toBe('response.completed');
  next.ws.close();
});
