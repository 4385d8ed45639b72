import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/base/errors.ts';
import { asSse } from '../../../src/websocket/as-sse.ts';
import { createItemCollector } from '../../../src/websocket/bridge/collect-items.ts';
import { headerFrames, tellingHeaders } from '../../../src/websocket/bridge/header-frames.ts';
import { interruptionFrames } from '../../../src/websocket/bridge/interruption-frames.ts';
import { mapRefusal } from '../../../src/websocket/bridge/read-refusal.ts';
import { warmUpFrames } from '../../../src/websocket/bridge/warm-up-frames.ts';
import { createGatewayErrorFrame } from '../../../src/websocket/error-frame.ts';
import { inLane } from '../../../src/websocket/in-lane.ts';
import { quotaOfEvent } from '../../../src/websocket/relay/quota-of-event.ts';

const parse = (frame: Buffer): unknown => JSON.parse(frame.toString());
const see = (collector: ReturnType<typeof createItemCollector>, event: { type: string }): void =>
  collector.see(event.type, Buffer.from(JSON.stringify(event)));

describe('an error frame', () => {
  it('has a status and an error object, without which Codex would wait for more', () => {
    const error = new GatewayError('previous_response_not_found', 'say all again', { param: 'p' });
    expect(parse(createGatewayErrorFrame(error, 'req_1', 'lane'))).toEqual({
      type: 'error',
      stream_id: 'lane',
      status: 400,
      error: {
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        message: 'gomodel-ts: say all again',
        param: 'p',
      },
      headers: { 'x-request-id': 'req_1', 'x-gomodel-error-origin': 'gateway' },
    });
  });

  it('does not say 500, where Codex would show a sentence of its own', () => {
    expect(parse(createGatewayErrorFrame(new GatewayError('internal_error', 'm'), 'r'))).toMatchObject({
      status: 502,
    });
  });
});

describe("an upstream's refusal", () => {
  it.each([
    [
      '{"error":{"message":"no","code":"c","extra":[1.0]}}',
      '{"message":"no","code":"c","extra":[1.0]}',
      'c',
      'no',
    ],
    ['{"error":"just text"}', undefined, 'unknown', 'just text'],
    ['{"detail":"of ChatGPT"}', undefined, 'unknown', 'of ChatGPT'],
    ['[{"error":{"code":429,"message":"of Google"}}]', undefined, '429', 'of Google'],
    ['<html>Bad Gateway</html>', undefined, 'http_502', '<html>Bad Gateway</html>'],
    ['', undefined, 'http_502', 'the upstream answered 502'],
  ])('of %s is told in its own words', (body, own, code, message) => {
    const { told, error } = mapRefusal(502, Buffer.from(body));
    expect(told).toEqual({ code, message });
    if (own) expect(error).toBe(own);
    else expect(JSON.parse(error)).toEqual({ type: 'provider_error', code, message, param: null });
  });
});

describe('the answer to a warm-up', () => {
  it('has an id and every number of the usage (LESSONS 8)', () => {
    const [created, completed] = warmUpFrames('resp_1', 'm', 1_700_000_000_999).map(parse);
    expect(created).toMatchObject({
      type: 'response.created',
      response: { id: 'resp_1', status: 'in_progress' },
    });
    expect(completed).toMatchObject({
      type: 'response.completed',
      sequence_number: 1,
      response: {
        id: 'resp_1',
        status: 'completed',
        model: 'm',
        created_at: 1_700_000_000,
        output: [],
        usage: {
          input_tokens: 0,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 0,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 0,
        },
      },
    });
  });
});

describe('the items of an answer', () => {
  it('are those of its item events, in the order of the output and in their own bytes (LESSONS 10)', () => {
    const items = createItemCollector();
    items.see('response.output_item.done', Buffer.from('{"output_index":1,"item":{"n" : 2.0}}'));
    items.see('response.output_item.done', Buffer.from('{"item":{"e":"\\u00e9"},"output_index":0}'));
    items.see('response.completed', Buffer.from('{"response":{"output":[]}}'));
    expect(items.finished().toString()).toBe('{"e":"\\u00e9"},{"n" : 2.0}');
  });

  it('count as finished once they are, and are told by id until then', () => {
    const items = createItemCollector();
    see(items, { type: 'response.output_item.added', ...{ output_index: 0, item: { id: 'rs_1' } } });
    see(items, { type: 'response.output_item.added', ...{ output_index: 1, item: { id: 'msg_1' } } });
    see(items, {
      type: 'response.output_item.done',
      ...{ output_index: 0, item: { id: 'rs_1', done: true } },
    });
    expect(items.unfinished()).toEqual([{ outputIndex: 1, itemId: 'msg_1' }]);
    expect(items.finished().toString()).toBe('{"id":"rs_1","done":true}');
  });

  it.each(['', '{', '{"item":1}', '[]', '{"output_index":"x","item":{}}'])('survive the event %j', (text) => {
    const items = createItemCollector();
    items.see('response.output_item.added', Buffer.from(text));
    items.see('response.output_item.done', Buffer.from(text));
    expect(items.unfinished().length).toBeLessThan(2);
  });
});

describe('an interruption', () => {
  const interrupted = (kind: 'interrupt' | 'cancel') => {
    const items = createItemCollector();
    see(items, { type: 'response.output_item.done', ...{ output_index: 0, item: { id: 'rs_1' } } });
    see(items, { type: 'response.output_item.added', ...{ output_index: 1, item: { id: 'msg_1' } } });
    return interruptionFrames({
      responseId: 'resp_1',
      model: 'm',
      nowMs: 0,
      sequenceNumber: 7,
      items,
      kind,
    }).map(parse);
  };

  it('is accepted, tells what it discards, and ends as Codex expects', () => {
    expect(interrupted('interrupt')).toMatchObject([
      { type: 'response.interrupt.accepted', response_id: 'resp_1', sequence_number: 7 },
      {
        type: 'response.output_item.interrupted',
        response_id: 'resp_1',
        item_id: 'msg_1',
        output_index: 1,
        sequence_number: 8,
      },
      {
        type: 'response.incomplete',
        sequence_number: 9,
        response: {
          id: 'resp_1',
          status: 'incomplete',
          incomplete_details: { reason: 'interrupted' },
          output: [{ id: 'rs_1' }],
        },
      },
    ]);
  });

  it('of a client that cancels ends at once', () => {
    expect(interrupted('cancel')).toMatchObject([
      { type: 'response.incomplete', response: { incomplete_details: { reason: 'cancelled' } } },
    ]);
  });
});

describe('header fields as events', () => {
  const HEADERS = {
    'content-type': 'text/event-stream',
    'set-cookie': ['secret=1'],
    date: 'now',
    'x-request-id': 'of the upstream',
    'x-codex-turn-state': 'state',
    'openai-model': 'gpt',
    'x-codex-plan-type': 'pro',
    'x-codex-primary-used-percent': '12.5',
    'x-codex-primary-window-minutes': '300',
    'x-codex-primary-reset-at': '1704069000',
    'x-codex-credits-has-credits': 'true',
    'x-codex-credits-unlimited': '0',
    'x-codex-spark-primary-used-percent': '80',
  };

  it('tell the state of the turn, the model and both request ids, and no cookie', () => {
    const [metadata] = headerFrames(tellingHeaders({ headers: HEADERS }, 'req_1')).map(parse);
    expect(metadata).toMatchObject({
      type: 'response.metadata',
      headers: {
        'x-request-id': 'req_1',
        'x-upstream-request-id': 'of the upstream',
        'x-codex-turn-state': 'state',
        'openai-model': 'gpt',
      },
    });
    expect(JSON.stringify(metadata)).not.toMatch(/cookie|secret|content-type|date/);
  });

  it('tell each quota as Codex reads it', () => {
    const [, ...quotas] = headerFrames(tellingHeaders({ headers: HEADERS }, 'req_1')).map(parse);
    expect(quotas).toEqual([
      {
        type: 'codex.rate_limits',
        plan_type: 'pro',
        rate_limits: {
          primary: { used_percent: 12.5, window_minutes: 300, reset_at: 1704069000 },
          secondary: null,
        },
        credits: { has_credits: true, unlimited: false, balance: null },
      },
      {
        type: 'codex.rate_limits',
        plan_type: 'pro',
        rate_limits: {
          primary: { used_percent: 80, window_minutes: null, reset_at: null },
          secondary: null,
        },
        metered_limit_name: 'codex_spark',
      },
    ]);
    expect(quotaOfEvent(JSON.stringify(quotas[0]), 0)).toEqual({
      primary: { usedPercent: 12.5, windowMinutes: 300, resetsAt: '2024-01-01T00:30:00.000Z' },
    });
    expect(quotaOfEvent(JSON.stringify(quotas[1]), 0)).toBeUndefined();
  });

  it.each(['', '{', 'null', '{"rate_limits":7}', '{"rate_limits":{"primary":{"used_percent":"x"}}}'])(
    'say nothing where the event is %j',
    (text) => {
      expect(quotaOfEvent(text, 0)).toBeUndefined();
    },
  );
});

describe('a named lane', () => {
  it('is told first in each event, and the rest stays as it is', () => {
    expect(inLane('a', Buffer.from('{"type":"x", "n":1.0}')).toString()).toBe(
      '{"stream_id":"a","type":"x", "n":1.0}',
    );
    expect(inLane(undefined, Buffer.from('{"type":"x"}')).toString()).toBe('{"type":"x"}');
  });
});

it('keeps an event that was written over several lines readable as SSE', () => {
  const event = '{\r\n  "type": "x",\n  "text": "a\\nb ü"\n}';
  const kept = asSse(Buffer.from(event)).toString();
  expect(kept).toMatch(/^data: [^\r\n]+\n\n$/);
  expect(JSON.parse(kept.slice('data: '.length))).toEqual(JSON.parse(event));
});
