import { describe, expect, it } from 'vitest';
import { type ClientFrame, readClientFrame } from '../../../src/websocket/client/read-client-frame.ts';

const read = (message: object | string): ClientFrame =>
  readClientFrame(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));

describe('readClientFrame', () => {
  it('reads of a request what decides its way', () => {
    const frame = read({
      type: 'response.create',
      stream_id: 'main.1',
      previous_response_id: 'resp_1',
      model: 'gpt',
      generate: false,
      client_metadata: { 'x-codex-turn-metadata': '{"turn_id":"t"}', number: 1, nothing: null },
      input: [{ type: 'response.create', generate: true }],
    });
    expect(frame).toMatchObject({
      kind: 'create',
      streamId: 'main.1',
      previousResponseId: 'resp_1',
      model: 'gpt',
      isWarmUp: true,
    });
    expect(frame.kind === 'create' && Object.fromEntries(frame.metadata)).toEqual({
      'x-codex-turn-metadata': '{"turn_id":"t"}',
    });
  });

  it('takes null for what is absent', () => {
    const nothing = { stream_id: null, previous_response_id: null, generate: null, client_metadata: null };
    expect(read({ type: 'response.create', ...nothing })).toMatchObject({
      kind: 'create',
      streamId: undefined,
      previousResponseId: undefined,
      isWarmUp: false,
    });
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(257), 7, true, {}])('refuses the stream id %j', (stream_id) => {
    expect(read({ type: 'response.create', stream_id })).toMatchObject({
      kind: 'invalid',
      error: { code: 'invalid_stream_id', param: 'stream_id' },
    });
  });

  it.each([
    [{ type: 'response.interrupt', response_id: 'r', mode: 'discard_partial_items' }, 'interrupt', 'r'],
    [{ type: 'response.cancel' }, 'cancel', undefined],
    [{ type: 'response.steer', previous_response_id: 'r', input: [] }, 'steer', 'r'],
  ])('reads %j', (message, kind, responseId) => {
    expect(read(message)).toEqual({ kind, responseId });
  });

  it('accepts that an answer was processed', () => {
    expect(read({ type: 'response.processed', response_id: 'r' })).toEqual({ kind: 'processed' });
  });

  it.each(['', 'null', '[]', '"response.create"', '{"type":"response.create"', '\u0000', '{}}'])(
    'says of %j that it is no JSON object',
    (text) => {
      expect(read(text)).toMatchObject({ kind: 'invalid', error: { code: 'invalid_json' } });
    },
  );

  it.each([{}, { type: 1 }, { type: 'session.update' }, { type: 'x'.repeat(10_000) }])(
    'says of %o that it is not served, and quotes no more than a line',
    (message) => {
      const frame = read(message);
      expect(frame).toMatchObject({ kind: 'invalid', error: { code: 'invalid_request', param: 'type' } });
      expect(frame.kind === 'invalid' && frame.error.message.length).toBeLessThan(250);
    },
  );
});
