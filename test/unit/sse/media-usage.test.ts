import { expect, it } from 'vitest';
import { readGeminiUsage } from '../../../src/sse/readers/read-gemini-usage.ts';
import { readUsage } from '../../../src/sse/readers/read-usage.ts';

it('reads pictures of OpenAI’s image and realtime answers, from the cache or not', () => {
  const usage = {
    input_tokens: 250,
    output_tokens: 1_000,
    input_tokens_details: {
      text_tokens: 50,
      image_tokens: 200,
      cached_tokens: 120,
      cached_tokens_details: { text_tokens: 20, image_tokens: 100 },
    },
    output_tokens_details: { text_tokens: 10, image_tokens: 990 },
  };
  expect(readUsage(usage)).toMatchObject({
    inputImageTokens: 200,
    cachedImageTokens: 100,
    outputImageTokens: 990,
  });
});

it.each([
  [{ type: 'duration', seconds: 83 }, { audioMs: 83_000 }],
  [{ type: 'duration', seconds: 0.4567 }, { audioMs: 457 }],
  [{ type: 'duration', seconds: -1 }, undefined],
  [{ seconds: 83 }, undefined],
])('reads how long sound was: %j', (usage, read) => {
  expect(readUsage(usage)).toEqual(read);
});

it('reads what Gemini counts by kind, pages of documents as pictures', () => {
  const detail = (modality: string, tokenCount: number) => ({ modality, tokenCount });
  const usage = readGeminiUsage({
    promptTokenCount: 100,
    candidatesTokenCount: 50,
    cachedContentTokenCount: 30,
    toolUsePromptTokenCount: 7,
    promptTokensDetails: [
      detail('TEXT', 40),
      detail('AUDIO', 25),
      detail('IMAGE', 20),
      detail('DOCUMENT', 15),
    ],
    toolUsePromptTokensDetails: [detail('IMAGE', 7)],
    cacheTokensDetails: [detail('AUDIO', 10), detail('IMAGE', 20)],
    candidatesTokensDetails: [detail('TEXT', 8), detail('IMAGE', 42)],
  });
  expect(usage).toEqual({
    inputTokens: 107,
    cachedInputTokens: 30,
    outputTokens: 50,
    inputAudioTokens: 25,
    cachedAudioTokens: 10,
    inputImageTokens: 42,
    cachedImageTokens: 20,
    outputImageTokens: 42,
  });
});
