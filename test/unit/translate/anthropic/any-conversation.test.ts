import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../src/base/errors.ts';
import type { Ask, AskItem, AskPart } from '../../../../src/translate/ask.ts';
import { MODELS } from '../../../support/anthropic/check-model.ts';
import { writeChecked } from '../../../support/anthropic/write-checked.ts';

const part: fc.Arbitrary<AskPart> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: fc.constantFrom('a', '', ' \n', 'Ünd', '<b>') }),
  fc.record({ kind: fc.constant('refusal' as const), text: fc.constantFrom('no', '') }),
  fc.record({
    kind: fc.constant('image' as const),
    url: fc.constantFrom('data:image/png;base64,AAAA', 'https://example.com/a', 'data:,%', 'nothing'),
  }),
  fc.record({
    kind: fc.constant('file' as const),
    url: fc.constantFrom('data:application/pdf;base64,AAAA', 'data:text/plain,a%20b', 'data:x/y;base64,AA=='),
  }),
);
const parts = fc.array(part, { maxLength: 3 });
// Few ids, so that calls and results meet, repeat and miss each other.
const callId = fc.constantFrom('1', '2', 'call:3', '');

const item: fc.Arbitrary<AskItem> = fc.oneof(
  fc.record({
    kind: fc.constant('message' as const),
    role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const, 'assistant' as const),
    parts,
  }),
  fc.record({
    kind: fc.constant('call' as const),
    callId,
    name: fc.constantFrom('exec', 'patch'),
    json: fc.constantFrom('{}', '{"a":1}', '', '[]', '{"a'),
  }),
  fc.record({ kind: fc.constant('result' as const), callId, parts, isError: fc.boolean() }),
  fc.record({
    kind: fc.constant('reasoning' as const),
    text: fc.constant('t'),
    state: fc.constantFrom(
      {
        dialect: 'anthropic' as const,
        data: { model: 'claude-x', blocks: [{ type: 'thinking', thinking: '', signature: 's' }] },
      },
      {
        dialect: 'anthropic' as const,
        data: {
          model: 'claude-x',
          blocks: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
            { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
          ],
        },
      },
      { dialect: 'anthropic' as const, data: { model: 'claude-x', blocks: [{ type: 'thinking' }, 7] } },
      { dialect: 'chat' as const, data: {} },
    ),
  }),
);

const ask: fc.Arbitrary<Partial<Ask>> = fc.record(
  {
    model: fc.constantFrom(...Object.keys(MODELS)),
    items: fc.array(item, { maxLength: 14 }),
    tools: fc.constantFrom<Ask['tools']>(
      [],
      [{ kind: 'web_search' }],
      [
        { kind: 'function', name: 'exec', parameters: { type: 'object' } },
        { kind: 'function', name: 'patch', parameters: {}, strict: true, description: '' },
      ],
    ),
    toolChoice: fc.constantFrom<NonNullable<Ask['toolChoice']>>(
      { kind: 'auto' },
      { kind: 'none' },
      { kind: 'required' },
    ),
    parallelToolCalls: fc.boolean(),
    effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
    wantsReasoning: fc.boolean(),
    maxOutputTokens: fc.constantFrom(1, 1500, 40_000, 10 ** 6),
    temperature: fc.constantFrom(0, 1, 2),
    topP: fc.constantFrom(0.5, 1),
  },
  { requiredKeys: ['model', 'items', 'tools', 'wantsReasoning'] },
);

describe('whatever is asked', () => {
  it('Anthropic takes what is sent', () => {
    fc.assert(
      fc.property(ask, (more) => {
        try {
          writeChecked(more);
        } catch (error) {
          // Nothing to say at all is the one thing that cannot be put.
          expect(error).toBeInstanceOf(GatewayError);
          expect(more.items?.some(({ kind }) => kind === 'call')).not.toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
