import { expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { Api } from '../../../src/sse/answer-summary.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { chunkOf } from '../../support/streams/sample-streams.ts';
import { testSealer } from '../../support/translate/create-writer.ts';

const translate = createTranslate({ sealer: testSealer, clock: systemClock });
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.00125 };
const ticks = { ...usage, cost: undefined, cost_in_usd_ticks: 12_500_000 };

it.each([
  ['responses', true, usage],
  ['responses', false, usage],
  ['chat', true, usage],
  ['chat', false, ticks],
] as const)(
  'what a provider states as its cost survives translation: %s, streamed: %s',
  (api, stream, counted) => {
    const messages = [{ role: 'user', content: 'hi' }];
    const body = Buffer.from(
      JSON.stringify({ model: 'm', input: 'hi', messages, stream, stream_options: { include_usage: true } }),
    );
    const path = api === 'chat' ? '/chat/completions' : '/responses';
    const { answer } = translate({ api, path, body, model: 'm', spec: createChatSpec() });
    const choice = { index: 0, finish_reason: 'stop' };
    const given = stream
      ? `${chunkOf({ id: 'c', model: 'm', choices: [{ ...choice, delta: { content: 'ok' } }] })}${chunkOf({ id: 'c', choices: [], usage: counted })}data: [DONE]\n\n`
      : JSON.stringify({
          id: 'c',
          model: 'm',
          choices: [{ ...choice, message: { content: 'ok' } }],
          usage: counted,
        });
    const translated = answer(200, stream ? 'text/event-stream' : 'application/json');
    const told = Buffer.concat([translated.push(Buffer.from(given)), translated.end()]);
    const tap = createStreamTap(api as Api);
    tap.push(told);
    tap.end();
    const summary = stream ? tap.summary : summarizeJsonAnswer(told, api);
    expect(summary).toMatchObject({ statedCostUsd: 0.00125, usage: { inputTokens: 10, outputTokens: 5 } });
  },
);
