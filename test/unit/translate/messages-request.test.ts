import { describe, expect, it } from 'vitest';
import { readMessagesRequest } from '../../../src/translate/messages/read-request.ts';
import { sealThought } from '../../../src/translate/messages/thought-seal.ts';
import { unsealMessagesBody } from '../../../src/translate/messages/unseal-messages.ts';
import { testSealer } from '../../support/translate/create-writer.ts';

const HI = [{ role: 'user', content: 'hi' }];

const read = (request: Record<string, unknown>, betas: readonly string[] = []) =>
  readMessagesRequest({ messages: HI, ...request }, { model: 'm', sealer: testSealer, betas });

describe('a request of the Messages API', () => {
  it('is read block by block, in order', () => {
    const state = { dialect: 'responses', data: { item: { type: 'reasoning' } } } as const;
    const { ask, losses } = read({
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=1;' },
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        ...HI,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: sealThought(state, testSealer) },
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 't1', name: 'look', input: { at: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', is_error: true, content: 'no' },
            { type: 'text', text: 'Well?' },
          ],
        },
      ],
    });
    expect(ask.items).toEqual([
      { kind: 'message', role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
      { kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'hi' }] },
      { kind: 'reasoning', text: 'hm', state },
      { kind: 'message', role: 'assistant', parts: [{ kind: 'text', text: 'I look.' }] },
      { kind: 'call', callId: 't1', name: 'look', json: '{"at":1}' },
      { kind: 'result', callId: 't1', parts: [{ kind: 'text', text: 'no' }], isError: true },
      { kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'Well?' }] },
    ]);
    expect(losses).toEqual([
      'billing header of Claude Code',
      'cache_control (the provider caches by itself)',
    ]);
  });

  it.each([
    [{ thinking: { type: 'disabled' } }, 'none', false, 'dropped'],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'medium', true, 'shown'],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 'max', true, 'shown'],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, undefined, false, 'sealed'],
    [{ tools: [{ name: 't', input_schema: { type: 'object' } }] }, undefined, false, 'sealed'],
    [{}, undefined, false, 'dropped'],
  ] as const)('says how much to think, and what of it to tell: %j', (members, effort, wants, form) => {
    const { ask, thinking } = read({ ...members });
    expect([ask.effort, ask.wantsReasoning, thinking]).toEqual([effort, wants, form]);
  });

  it('carries the session of Claude Code as the key of the cache, and a long name of a user as its hash', () => {
    const user_id = JSON.stringify({ device_id: 'd'.repeat(64), session_id: '78373a41-2ca9' });
    const { ask, losses } = read({ metadata: { user_id } });
    expect(ask.cacheKey).toBe('78373a41-2ca9');
    expect(ask.user).toMatch(/^[0-9a-f]{64}$/);
    expect(losses).toContain('metadata.user_id (sent as its hash)');
    const old = `user_${'a'.repeat(64)}_account__session_78373a41-2ca9`;
    expect(read({ metadata: { user_id: old } }).ask.cacheKey).toBe('78373a41-2ca9');
  });

  it.each([
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools', /web_search_20250305/],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools', /bash_20250124/],
    [{ mcp_servers: [{ type: 'url', url: 'https://x', name: 'x' }] }, 'mcp_servers', /tools/],
    [{ messages: [] }, 'messages', /at least one/],
    [
      {
        messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }] }],
      },
      'messages',
      /base64/,
    ],
  ])('is refused in words where the model would be without something: %j', (members, param, message) => {
    expect(() => read(members)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param, message: expect.stringMatching(message) }),
    );
  });

  it('lists what it cannot carry, and nothing that happens anyway', () => {
    const { losses } = read(
      {
        top_k: 5,
        container: 'c',
        service_tier: 'auto',
        context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
        messages: [
          {
            role: 'user',
            content: [
              { type: 'container_upload', file: 'x' },
              { type: 'document', source: { type: 'text', data: 'd' }, citations: { enabled: true } },
            ],
          },
          { role: 'assistant', content: 'The answer is' },
        ],
      },
      ['context-1m-2025-08-07', 'claude-code-20250219'],
    );
    expect(losses).toEqual([
      'top_k 5',
      'container_upload block',
      'citations',
      'prefilled answer (the model begins a new one)',
      'container',
      'beta context-1m-2025-08-07',
    ]);
  });
});

describe('a Messages request that goes to Anthropic after all', () => {
  const sealed = sealThought(undefined, testSealer);
  const ours = `{"type":"thinking","thinking":"hm","signature":"${sealed}"}`;
  const hidden = `{"type":"redacted_thinking","data":"${sealed}"}`;
  const kept = '{"type":"text",  "text":"gm1. is no seal"}';

  it('is the very same buffer where it has no seal', () => {
    const body = Buffer.from(`{"messages":[{"role":"assistant","content":[${kept}]}]}`);
    expect(unsealMessagesBody(body)).toBe(body);
  });

  it('lacks the thoughts that the gateway signed, and all else is as it was', () => {
    const one = `{"role":"user","content":"hi" }`;
    const thought = `{"role":"assistant","content":[${ours},${hidden}]}`;
    const mixed = `{"role":"assistant","content":[${ours},{"type":"text","text":"ok"}]}`;
    const body = Buffer.from(`{"model":"m", "messages":[${one},${thought}, ${mixed}],"x": 1}`);
    expect(unsealMessagesBody(body).toString()).toBe(
      `{"model":"m", "messages":[${one},{"role":"assistant","content":[{"type":"text","text":"ok"}]}],"x": 1}`,
    );
  });
});
