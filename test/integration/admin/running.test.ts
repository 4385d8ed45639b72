import { expect, it } from 'vitest';
import type { TurnAnswer } from '../../../src/admin/api-types/conversation.ts';
import type { AuditDetailAnswer } from '../../../src/admin/api-types/detail.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { closeExchange, openExchange } from '../../support/log/record-exchange.ts';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';

const QUESTION = { model: 'gpt-5.5', stream: true, input: [{ role: 'user', content: 'Tell me a story.' }] };
const STORY = 'Once upon a time there was a gateway, and it lost no byte at all.';

const textOf = ({ output }: TurnAnswer): string =>
  output
    .flatMap((item) => (item.kind === 'message' ? item.parts : []))
    .map((part) => (part.kind === 'text' ? part.text : ''))
    .join('');

it('shows of an answer that runs what has come, and all of it at its end', async () => {
  const { port, recorder } = await composeGateway('http://127.0.0.1:9/v1');
  const exchange = openExchange(recorder, { requestBody: JSON.stringify(QUESTION) });
  await recorder.flush();
  const turn = () => readAdmin<TurnAnswer>(port, `audit/log/${exchange.id}/turn`);
  const before = await turn();
  expect(before).toMatchObject({ output: [], items: [{ kind: 'message', role: 'user' }] });
  exchange.keepResponseHeaders(['Content-Type', 'text/event-stream', 'X-Request-Id', 'up_1']);
  const events = Buffer.from(
    responsesStream([{ text: STORY }])
      .map(encodeEvent)
      .join(''),
  );
  const half = events.indexOf('gateway');
  for (let at = 0; at < half; at += 97)
    exchange.appendResponseBody(events.subarray(at, Math.min(at + 97, half)));
  const running = textOf(await turn());
  expect(STORY.startsWith(running)).toBe(true);
  expect(running.length).toBeGreaterThan(10);
  const detail = await readAdmin<AuditDetailAnswer>(port, `audit/log/${exchange.id}`);
  expect(detail.entry.durationMs).toBeUndefined();
  expect(detail.responseHeaders).toContainEqual(['X-Request-Id', 'up_1']);
  expect(detail.response?.bytes).toBe(half);
  exchange.appendResponseBody(events.subarray(half));
  closeExchange(exchange);
  const whole = textOf(await turn());
  expect(whole).toBe(STORY);
  expect(whole.length).toBeGreaterThan(running.length);
});
