import { describe, expect, it } from 'vitest';
import { splitMessage } from '../../../src/base/split-message.ts';
import { readOutput } from '../../../src/conversation/read-output.ts';
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
    }
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
