import { expect, it } from 'vitest';
import { askModel, setUpTelemetry } from '../../support/otlp/gateway-with-collector.ts';
import type { ReceivedItem } from '../../support/otlp/start-collector.ts';

const NAMES = ['gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.system_instructions'];
const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

const BODY = {
  instructions: 'Be brief.',
  input: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What is in hello.txt?' }] },
    { type: 'function_call', call_id: 'c1', name: 'shell', arguments: '{"command":"cat hello.txt"}' },
    { type: 'function_call_output', call_id: 'c1', output: 'hello' },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(50_000)}` },
        { type: 'input_text', text: 'y'.repeat(20_000) },
      ],
    },
  ],
};

const setUp = async (capture?: string) => {
  const { collector, gateway } = await setUpTelemetry(capture === undefined ? {} : { [VARIABLE]: capture });
  await askModel(gateway.v1, {}, BODY);
  const spans = await collector.until('/v1/traces', 2);
  const logs = await collector.until('/v1/logs', 1);
  const hasContent = (items: readonly ReceivedItem[]): boolean =>
    items.some(({ attributes }) => NAMES.some((name) => name in attributes));
  return { spans, onSpans: hasContent(spans), onLogs: hasContent(logs) };
};

it.each([
  [undefined, false, false],
  ['false', false, false],
  ['true', true, false],
  ['SPAN_ONLY', true, false],
  ['EVENT_ONLY', false, true],
  ['SPAN_AND_EVENT', true, true],
])('is sent where somebody asks for it: %s', async (capture, onSpans, onLogs) => {
  expect(await setUp(capture)).toMatchObject({ onSpans, onLogs });
});

it('is what was asked and answered, in the form of the conventions, with the bytes of images left out', async () => {
  const { spans } = await setUp('true');
  const { attributes = {} } = spans.find(({ kind }) => kind === 3) ?? {};
  const read = (name: string): unknown => JSON.parse(String(attributes[name]));
  expect(read('gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
  expect(read('gen_ai.input.messages')).toEqual([
    { role: 'user', parts: [{ type: 'text', content: 'What is in hello.txt?' }] },
    {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'c1', name: 'shell', arguments: '{"command":"cat hello.txt"}' }],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'hello' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: '[an image]' },
        { type: 'text', content: `${'y'.repeat(16_384)}…` },
      ],
    },
  ]);
  expect(read('gen_ai.output.messages')).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'ok' }] },
  ]);
});
