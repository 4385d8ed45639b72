import { describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { type GatewayProcess, MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { CODEX_WAYS, OVER_WEBSOCKET } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const OK = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;
const PROMPT = 'Reply with exactly ok and no punctuation.';

const stage = useStage();

const createKey = async (gateway: GatewayProcess, args: readonly string[] = []): Promise<string> => {
  const { code, stdout, stderr } = await gateway.run(['keys', 'create', '--name', 'anna', ...args]);
  expect([code, stderr]).toEqual([0, expect.stringContaining('Made the key')]);
  return stdout.trim();
};

const shownError = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => /^ERROR: |"error"/.test(line))
    .join('\n');

const REFUSED = [
  ['a key that was revoked', [], ['keys', 'revoke', 'anna'], 'invalid_api_key', /anna.*was revoked/],
  [
    'a model that its key may not use',
    ['--model', 'other-*'],
    ['keys', 'list'],
    'model_not_allowed',
    /is not allowed to this key here: allowed are other-\*/,
  ],
] as const;

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  // 0.113.0 speaks no WebSocket to providers of its user's own.
  const ways = CODEX_WAYS.filter(([name]) => version !== CODEX_VERSIONS[0] || name !== OVER_WEBSOCKET);

  it.each(ways.slice(0, -1))(
    'works with a managed key, under whose name the log has its requests: %s',
    async (name, run) => {
      const { gateway } = await stage.setUp(OK, { masterKey: MASTER_KEY });
      const key = await createKey(gateway, ['--user-path', '/team/alpha', '--label', 'ci']);
      const outcome = await runCodex({ version, prompt: PROMPT, ...run(gateway, key) });
      expect([outcome.code, outcome.stdout]).toEqual([0, expect.stringContaining('ok')]);
      const [model] = await endedRequests(gateway, 1);
      const auth = `key:${key.slice('sk_gom_'.length, 'sk_gom_'.length + 10)}`;
      const transport = name === OVER_WEBSOCKET ? 'websocket' : 'http';
      expect(model).toMatchObject({ auth, transport, userPath: '/team/alpha', labels: ['ci'] });
    },
  );

  it.each(
    ways.flatMap(([name, run]) => REFUSED.map(([what, ...rest]) => [what, name, run, ...rest] as const)),
  )('asks once and shows why, with %s, %s', async (_what, _name, run, terms, command, code, says) => {
    const { upstream, gateway } = await stage.setUp(OK, { masterKey: MASTER_KEY });
    const key = await createKey(gateway, terms);
    await gateway.run(command);
    const outcome = await runCodex({ version, prompt: PROMPT, ...run(gateway, key) });
    expect(outcome.code).toBe(1);
    expect(shownError(outcome.stderr)).toMatch(says);
    expect(outcome.stderr).not.toMatch(/Reconnecting/i);
    const isRefused = ({ error }: ExchangeRecord): boolean => error?.code === code;
    const records = (await gateway.logs((all) => all.some(isRefused))).filter(isRefused);
    // Over WebSocket, a warm-up and an upgrade that are refused come before, and nobody sees them.
    expect(records.filter(({ method, client }) => method === 'POST' || client.turnId)).toHaveLength(1);
    expect(upstream.requests).toHaveLength(0);
  });
});
