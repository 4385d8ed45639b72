import { describe, expect, it } from 'vitest';
import { createStreamReader } from '../../../src/websocket/bridge/read-stream.ts';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';

const STREAM = responsesStream([{ reasoning: 'sealed' }, { text: 'grün 😀 "\\"' }], { id: 'resp_1' });

const read = (chunks: readonly Buffer[]) => {
  const frames: string[] = [];
  const reader = createStreamReader((frame) => frames.push(frame.toString()));
  for (const chunk of chunks) reader.push(chunk);
  return { reader, frames };
};

describe('an SSE answer as frames', () => {
  const body = Buffer.from(STREAM.map(encodeEvent).join(''));
  const expected = STREAM.map((event) => JSON.stringify(event));

  it('is the data of each event, byte for byte, wherever it was split', () => {
    const whole = expected.join('\n');
    for (let at = 0; at <= body.length; at++) {
      const { reader, frames } = read([body.subarray(0, at), body.subarray(at)]);
      if (frames.join('\n') !== whole || !reader.hasEnded()) expect.fail(`split at byte ${at}`);
    }
  });

  it('has an event of several data lines in one frame, as JSON that means the same', () => {
    const { frames } = read([
      Buffer.from('event: response.created\ndata: {"type":\ndata: "response.created"}\n\n'),
    ]);
    expect(frames.map((frame) => JSON.parse(frame))).toEqual([{ type: 'response.created' }]);
  });

  it('ends with the last event, and passes nothing on after it', () => {
    const { frames, reader } = read([
      body,
      Buffer.from(encodeEvent({ type: 'response.late' })),
      Buffer.from('data: [DONE]\n\n'),
    ]);
    expect(frames).toHaveLength(STREAM.length);
    expect(reader.events()).toBe(STREAM.length);
  });

  it('holds back an error event, in whatever form, and knows what it said', () => {
    const flat = { type: 'error', code: 'overloaded', message: 'try later', sequence_number: 4 };
    const nested = { type: 'error', error: { code: 'overloaded', message: 'try later' } };
    for (const error of [flat, nested]) {
      const { frames, reader } = read([Buffer.from(encodeEvent(error))]);
      expect(frames).toEqual([]);
      expect(reader.summary.error).toEqual({ code: 'overloaded', message: 'try later' });
      expect(reader.hasEnded()).toBe(false);
    }
  });

  it('passes a delta on whose text looks like an error', () => {
    const delta = { type: 'response.output_text.delta', delta: '{"type":"error"}' };
    expect(read([Buffer.from(encodeEvent(delta))]).frames).toHaveLength(1);
  });

  it('takes a last event whose blank line is missing', () => {
    const { reader, frames } = read([body.subarray(0, body.length - 1)]);
    expect(reader.hasEnded()).toBe(false);
    reader.end();
    expect(reader.hasEnded()).toBe(true);
    expect(frames).toEqual(expected);
  });

  it('does not take the beginning of an event for one', () => {
    const { reader, frames } = read([body.subarray(0, body.length - 20)]);
    reader.end();
    expect(reader.hasEnded()).toBe(false);
    expect(frames).toHaveLength(STREAM.length - 1);
  });

  it('is UTF-8 though the upstream is not, since a text frame must be', () => {
    const data = Buffer.concat([
      Buffer.from('data: {"type":"response.x","t":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}\n\n'),
    ]);
    expect(read([data]).frames).toEqual(['{"type":"response.x","t":"\ufffd("}']);
  });

  it('counts on from the last number that it has seen', () => {
    const { reader } = read([Buffer.from('data: {"type":"response.created","sequence_number":41}\n\n')]);
    expect(reader.nextSequenceNumber()).toBe(42);
    expect(read([]).reader.nextSequenceNumber()).toBe(0);
  });
});
