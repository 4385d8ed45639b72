import { describe, expect, it } from 'vitest';
import { splitMessage } from '../../../src/base/split-message.ts';
import { readOutput, readOutputs } from '../../../src/conversation/read-output.ts';
import { readBody } from '../../../src/dashboard/drawer/read-body.ts';
import { visibleText } from '../../../src/dashboard/turn/visible-text.ts';

const delta = (item: string, text: string) =>
  `event: response.output_text.delta\ndata: ${JSON.stringify({ type: 'response.output_text.delta', item_id: item, delta: text })}\n\n`;

describe('a body', () => {
  it('of events joins the deltas of one item, and keeps those of the next apart', () => {
    const body = readBody(delta('a', 'Hel') + delta('a', 'lo') + delta('b', 'World'));
    expect(body.kind === 'events' && body.events).toEqual([
      { type: 'response.output_text.delta', count: 2, data: 'Hello' },
      { type: 'response.output_text.delta', count: 1, data: 'World' },
    ]);
  });

  it('of events is read with any line ends, and with data over several lines', () => {
    const body = readBody('event: x\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: [DONE]\r\n\r\n');
    expect(body.kind === 'events' && body.events).toEqual([
      { type: 'x', count: 1, data: { a: 1 } },
      { type: 'data', count: 1, data: '[DONE]' },
    ]);
  });

  it('of WebSocket messages, one a line, is a list of events', () => {
    const body = readBody('{"type":"response.created"}\n{"type":"response.completed"}\n');
    expect(body.kind === 'events' && body.events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.completed',
    ]);
  });

  it('that is cut off in the middle of its JSON is text', () => {
    expect(readBody('{"model":"gpt-5.5","input":[{"ty').kind).toBe('text');
  });
});

describe('a tool’s output', () => {
  it('gives up the exit code and the time of Codex’s head', () => {
    const text = 'Chunk ID: 1a\nWall time: 3.62 seconds\nProcess exited with code 1\nOutput:\nfailed\n';
    expect(readOutput(text)).toEqual({ text: 'failed\n', exitCode: 1, seconds: 3.62 });
  });

  it('is read in the older form, and left alone in any other', () => {
    const old = JSON.stringify({ output: 'ok', metadata: { exit_code: 0, duration_seconds: 0.1 } });
    expect(readOutput(old)).toEqual({ text: 'ok', exitCode: 0, seconds: 0.1 });
    for (const text of ['{"output":1}', '{broken', 'Wall time: yesterday', '']) {
      expect(readOutput(text)).toEqual({ text });
      expect(readOutputs(text)).toEqual([{ text }]);
    }
  });

  const result = (output: string, exit_code?: number) => ({
    chunk_id: '1a',
    wall_time_seconds: 0.25,
    ...(exit_code === undefined ? { session_id: 7 } : { exit_code }),
    output,
  });
  const ONE = { text: 'a\n', exitCode: 0, seconds: 0.25 };

  it('is read one by one where a script prints several results at once', () => {
    const several = JSON.stringify({ status: result('a\n', 0), tests: result('b', 2), note: 'c', count: 3 });
    const read = [
      { label: 'status', ...ONE },
      { label: 'tests', text: 'b', exitCode: 2, seconds: 0.25 },
      { label: 'note', text: 'c' },
      { label: 'count', text: '3' },
    ];
    expect(readOutputs(several)).toEqual(read);
    expect(readOutputs(`Script completed\nWall time 0.5 seconds\nOutput:\n${several}`)).toEqual([
      { text: '', seconds: 0.5 },
      ...read,
    ]);
    const settled = [
      { status: 'fulfilled', value: result('a\n', 0) },
      { status: 'rejected', reason: {} },
    ];
    expect(readOutputs(JSON.stringify([...settled, result('…')]))).toEqual([
      { label: '[0]', ...ONE },
      { label: '[1]', text: '{"status":"rejected","reason":{}}' },
      { label: '[2]', text: '…', seconds: 0.25, running: true },
    ]);
  });

  it('is one where it is one, or more than anyone prints, or only looks like results', () => {
    expect(readOutputs(JSON.stringify(result('a\n', 0)))).toEqual([ONE]);
    for (const text of [
      '{"wall_time_seconds":1}',
      '["wall_time_seconds"]',
      '[{"wall_time_seconds":',
      JSON.stringify(Array.from({ length: 101 }, () => result('a', 0))),
    ])
      expect(readOutputs(text)).toEqual([{ text }]);
  });
});

describe('visible text', () => {
  it('drops colours, and shows what would turn or hide the text around it', () => {
    expect(visibleText('\u001b[31mred\u001b[0m \u202Eexe.gnp\u200b')).toBe('red [U+202E]exe.gnp[U+200B]');
  });

  it('leaves tabs, line breaks and every script alone', () => {
    const text = 'a\tb\r\nżółć 漢字 مرحبا 👩‍💻';
    expect(visibleText(text)).toBe(text);
  });
});

describe('an error’s message', () => {
  it('splits into what happened and what to do, and not at the dots of a name', () => {
    expect(splitMessage('api.openai.com refused the connection. Check the network, e.g. with curl.')).toEqual(
      {
        happened: 'api.openai.com refused the connection.',
        advice: 'Check the network, e.g. with curl.',
      },
    );
    expect(splitMessage('zstd body ends early: 15,770 bytes').advice).toBeUndefined();
  });
});
