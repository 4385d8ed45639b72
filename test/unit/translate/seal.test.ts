import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/translate/seal.ts';

const secret = randomBytes(32);
const state = { dialect: 'gemini' as const, data: { thoughtSignature: 'ä🎉', parts: [1, null] } };

describe('a sealed state', () => {
  it('is opened by a later sealer with the same secret, exactly', () => {
    expect(createSealer(secret).openReasoning(createSealer(secret).sealReasoning(state))).toEqual(state);
  });

  it('can neither be read nor changed: not one character of it', () => {
    const sealer = createSealer(secret);
    const sealed = sealer.sealReasoning(state);
    expect(sealed).not.toContain('thoughtSignature');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('thoughtSignature');
    for (let place = 0; place < sealed.length - 1; place++) {
      const other = sealed[place] === 'A' ? 'B' : 'A';
      const forged = sealed.slice(0, place) + other + sealed.slice(place + 1);
      expect(sealer.openReasoning(forged)).toBeUndefined();
    }
  });

  it('is nothing to a sealer with another secret, when cut, or when it is something else', () => {
    const sealer = createSealer(secret);
    const sealed = sealer.sealReasoning(state);
    expect(createSealer(randomBytes(32)).openReasoning(sealed)).toBeUndefined();
    expect(sealer.openReasoning(sealed.slice(0, -8))).toBeUndefined();
    for (const text of ['', 'gm1.', 'gm1.AAAA', 'gAAAAABo', sealed.slice(4)]) {
      expect(sealer.openReasoning(text)).toBeUndefined();
    }
    expect(sealer.openReasoning(sealer.sealSummary('text'))).toBeUndefined();
    expect(sealer.openSummary(sealed)).toBeUndefined();
    expect(sealer.openSummary(sealer.sealSummary('text'))).toBe('text');
  });
});
