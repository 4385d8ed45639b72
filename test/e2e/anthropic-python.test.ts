import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { inTurn, MESSAGES_CASES } from '../support/messages-cases.ts';
import { ensureAnthropicClient, runAnthropicClient } from '../support/python/run-anthropic-client.ts';

let missing: string | undefined;
beforeAll(async () => {
  await ensureAnthropicClient().catch((reason: unknown) => {
    missing = `Anthropic's client for Python cannot be installed: ${reason instanceof Error ? reason.message : reason}`;
  });
});
beforeEach((context) => context.skip(missing !== undefined, missing));

describe.each(MESSAGES_CASES)('Anthropic’s client for Python on $title', (which) => {
  it('counts tokens, streams thoughts and a call, sends them back, and reads a refusal', async () => {
    const double = await which.start(
      inTurn(
        {
          thought: 'They want the weather.',
          text: 'I look.',
          calls: [{ name: 'weather', input: { city: 'Köln' } }],
        },
        { text: 'Sunny ☀️ in Köln.' },
      ),
    );
    onTestFinished(() => double.close());
    const prefix = which.provider.toUpperCase();
    const native = which.native
      ? `providers:\n  ${which.provider}:\n    native: [${which.native.join()}]\n`
      : '';
    const gateway = await startGateway({
      providerKey: null,
      configFile: `aliases:\n  "claude-*": ${which.provider}/${which.model}\n${native}`,
      env: { [`${prefix}_API_KEY`]: 'sk-test', [`${prefix}_BASE_URL`]: double.url, MODEL_LISTS: 'false' },
    });
    onTestFinished(() => gateway.stop().then(() => undefined));

    const seen = await runAnthropicClient(new URL(gateway.url).origin, 'claude-opus-5-5');
    expect(double.refusals).toEqual([]);
    // Gemini's signature of a call travels beside its thought.
    const kinds = seen.first.filter((kind) => kind !== 'redacted_thinking');
    expect(kinds).toEqual([...(which.thinks ? ['thinking'] : []), 'text', 'tool_use']);
    expect(seen).toMatchObject({
      call: { city: 'Köln' },
      stop: ['tool_use', 'end_turn'],
      second: 'Sunny ☀️ in Köln.',
      refused: { type: 'invalid_request_error', request_id: expect.stringMatching(/^req_/) },
    });
    expect(seen.counted).toBeGreaterThan(0);
    expect(seen.usage).toBeGreaterThan(0);
    expect(seen.events).toEqual(
      expect.arrayContaining(['message_start', 'text', 'input_json', 'message_stop']),
    );
  });
});
