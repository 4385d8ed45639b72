import { describe, expect, it } from 'vitest';
import { createAnswerBody } from '../../../src/forward/relay/read-answer-body.ts';

const bodyOf = (path: string, text: string, contentType = 'application/json', status = 200) => {
  const body = createAnswerBody({ path, status, contentType });
  for (const byte of Buffer.from(text)) body.push(Buffer.of(byte));
  body.end();
  return body;
};

describe('K14: usage beside conversations', () => {
  it.each([
    [
      '/embeddings',
      '{"data":[{"embedding":[0.1]}],"model":"e-1","usage":{"prompt_tokens":8,"total_tokens":8}}',
    ],
    ['/p/openai/v1/embeddings', '{"model":"e-1","usage":{"prompt_tokens":8,"total_tokens":8}}'],
    [
      '/images/generations',
      '{"data":[{"b64_json":"AAAA"}],"model":"e-1","usage":{"input_tokens":8,"total_tokens":8}}',
    ],
    [
      '/audio/transcriptions',
      '{"text":"hi","model":"e-1","usage":{"type":"tokens","input_tokens":8,"total_tokens":8}}',
    ],
  ])('of %s is read', (path, text) => {
    expect(bodyOf(path, text).summary()).toMatchObject({
      model: 'e-1',
      usage: { inputTokens: 8, totalTokens: 8 },
    });
  });

  it('of a streamed transcription is read', () => {
    const event = { type: 'transcript.text.done', usage: { input_tokens: 8, output_tokens: 2 } };
    const body = bodyOf('/audio/transcriptions', `data: ${JSON.stringify(event)}\n\n`, 'text/event-stream');
    expect(body.summary()?.usage).toEqual({ inputTokens: 8, outputTokens: 2 });
    expect(body.isStream()).toBe(true);
  });
});

describe('K8: the log reads an answer by what its bytes are', () => {
  const STREAM =
    'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

  it.each(['text/plain', 'application/json', ''])('a stream under %j', (contentType) => {
    const body = bodyOf('/chat/completions', STREAM, contentType);
    expect(body.tap()?.terminal).toBe(true);
    expect(body.summary()).toMatchObject({ model: 'm', finish: 'completed' });
  });

  it('an object under text/event-stream', () => {
    const text = '{"id":"c","model":"m","choices":[{"message":{},"finish_reason":"length"}]}';
    expect(bodyOf('/chat/completions', text, 'text/event-stream').summary()).toMatchObject({
      finish: 'incomplete',
    });
  });

  it('a page with status 200 is a failure', () => {
    const body = bodyOf('/chat/completions', '<html><title>Sign in</title></html>', 'text/html');
    expect(body.summary()).toMatchObject({
      finish: 'failed',
      error: { code: 'upstream_answer_unreadable', message: expect.stringContaining('Sign in') },
    });
  });

  it('an empty stream has not ended', () => {
    expect(bodyOf('/responses', '', 'text/event-stream').tap()?.terminal).toBe(false);
  });
});
