import { describe, expect, it } from 'vitest';
import { traitsOf } from '../../../../src/translate/anthropic/model-traits.ts';

describe('what a model takes, by its name', () => {
  it.each([
    ['claude-sonnet-4-20250514', { thinking: 'budget', interleavingBeta: true, structuredOutputs: false }],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', { thinking: 'budget', structuredOutputs: true }],
    ['claude-opus-4-1-20250805', { thinking: 'budget', maxOutputTokens: 32_000 }],
    ['anthropic/claude-opus-4.8', { thinking: 'adaptive', thinkingOff: 'omit', systemMessages: true }],
    ['Claude-Haiku-4.5', { thinking: 'budget', efforts: [] }],
    ['claude-3-5-haiku-latest', { thinking: 'none', maxOutputTokens: 8192 }],
    ['claude-3-7-sonnet-20250219', { thinking: 'budget', interleavingBeta: false }],
    ['claude-3-opus-20240229', { thinking: 'none', maxOutputTokens: 4096 }],
    ['claude-mythos-preview', { thinking: 'adaptive', thinkingOff: 'never', preservedThinking: false }],
    ['claude-haiku-5-5', { thinkingOff: 'disabled', forcedTools: true, sampling: false }],
  ])('%s', (model, traits) => {
    expect(traitsOf(model)).toMatchObject(traits);
  });

  it('takes a model of Anthropic that it has not heard of for one like the newest', () => {
    for (const model of ['claude-opus-7', 'claude-sonnet-6-1', 'claude-novel-2']) {
      expect(traitsOf(model)).toMatchObject({
        thinking: 'adaptive',
        sampling: false,
        preservedThinking: true,
      });
    }
  });

  it("asks nothing of other makers' models that came late to the API", () => {
    expect(traitsOf('glm-5')).toMatchObject({
      thinking: 'budget',
      efforts: [],
      structuredOutputs: false,
      systemMessages: false,
      preservedThinking: false,
    });
  });
});
