import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/translate/seal.ts';
import { needsUnsealing, unsealBody, unsealChatBody } from '../../../src/translate/unseal-body.ts';

const sealer = createSealer(randomBytes(32));
const thought = sealer.sealReasoning({ dialect: 'gemini', data: {} });

describe("the gateway's own seals in a request that leaves as it came", () => {
  it('are taken out, and nothing else is touched', () => {
    const summary = sealer.sealSummary('All is „well".');
    const body = `{ "model":"gpt-5.5" , "input": [ {"type":"message", "n":1e400},
      {"type":"reasoning","summary":[],"encrypted_content":"${thought}"},
      {"type":"compaction","encrypted_content":"${summary}"},
      {"type":"reasoning","encrypted_content":"gAAAA"} ], "store" :false }`;
    expect(unsealBody(Buffer.from(body), sealer).toString()).toBe(
      `{ "model":"gpt-5.5" , "input": [{"type":"message", "n":1e400},{"type":"message","role":"user","content":[{"type":"input_text","text":"All is „well\\"."}]},{"type":"reasoning","encrypted_content":"gAAAA"}], "store" :false }`,
    );
  });

  it('N4: are refused where they stand for a conversation and cannot be opened', () => {
    const foreign = createSealer(randomBytes(32)).sealSummary('lost');
    const body = Buffer.from(`{"input":[{"type":"compaction","encrypted_content":"${foreign}"}]}`);
    expect(() => unsealBody(body, sealer)).toThrow(expect.objectContaining({ code: 'memory_unreadable' }));
  });

  it('N1: what a translated model told another agent is a text for OpenAI, and a cipher stays one', () => {
    const cipher = `gAAAAAB${'pX_-9'.repeat(30)}==`;
    const message = (sealed: string) =>
      `{"type":"agent_message","author":"/root","content":[{"type":"input_text","text":"Task:"},{"type":"encrypted_content","encrypted_content":"${sealed}"}]}`;
    const plain = Buffer.from(`{"input":[${message('List the files.')}]}`);
    expect(needsUnsealing(plain)).toBe(true);
    expect(JSON.parse(unsealBody(plain, sealer).toString())).toMatchObject({
      input: [
        { author: '/root', content: [{ text: 'Task:' }, { type: 'input_text', text: 'List the files.' }] },
      ],
    });
    const sealed = Buffer.from(`{"input":[${message(cipher)}]}`);
    expect(needsUnsealing(sealed)).toBe(false);
    expect(unsealBody(sealed, sealer)).toBe(sealed);
  });

  it('N3: leave a request of chat completions as well', () => {
    const body = `{"messages":[{"role":"user", "content":"x"},{"role":"assistant","content":"y","reasoning_details":[{"type":"reasoning.encrypted","data":"${thought}"}]}], "n":1e400}`;
    expect(unsealChatBody(Buffer.from(body)).toString()).toBe(
      `{"messages":[{"role":"user", "content":"x"},{"role":"assistant","content":"y"}], "n":1e400}`,
    );
    const own = Buffer.from('{"messages":[{"role":"assistant","reasoning_details":[{"data":"abc"}]}]}');
    expect(unsealChatBody(own)).toBe(own);
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
