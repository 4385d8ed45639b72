import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/translate/seal.ts';
import { unsealBody } from '../../../src/translate/unseal-body.ts';

const sealer = createSealer(randomBytes(32));
const thought = sealer.sealReasoning({ dialect: 'gemini', data: {} });

describe("the gateway's own seals in a request that leaves as it came", () => {
  it('are taken out, and nothing else is touched', () => {
    const summary = sealer.sealSummary('All is „well".');
    const foreign = createSealer(randomBytes(32)).sealSummary('lost');
    const body = `{ "model":"gpt-5.5" , "input": [ {"type":"message", "n":1e400},
      {"type":"reasoning","summary":[],"encrypted_content":"${thought}"},
      {"type":"compaction","encrypted_content":"${summary}"},{"type":"compaction","encrypted_content":"${foreign}"},
      {"type":"reasoning","encrypted_content":"gAAAA"} ], "store" :false }`;
    expect(unsealBody(Buffer.from(body), sealer).toString()).toBe(
      `{ "model":"gpt-5.5" , "input": [{"type":"message", "n":1e400},{"type":"message","role":"user","content":[{"type":"input_text","text":"All is „well\\"."}]},{"type":"reasoning","encrypted_content":"gAAAA"}], "store" :false }`,
    );
  });

  it.each([
    ['there are none', '{"input":[{"type":"reasoning","encrypted_content":"gAAAA"}]}'],
    ['the user only speaks of one', `{"input":[{"role":"user","content":"${thought}"}]}`],
    ['the input is a text', `{"input":"${thought}"}`],
    ['it is no JSON', `"${thought}"`],
  ])('leave the very same buffer where %s', (_, body) => {
    const bytes = Buffer.from(body);
    expect(unsealBody(bytes, sealer)).toBe(bytes);
  });
});
