import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BodyCapture, createMemoryBudget } from '../../../src/log/capture/body-capture.ts';

const roomy = () => createMemoryBudget(2 ** 30);

it('gives back the bytes of any chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 300 }), (chunks) => {
      const capture = new BodyCapture(roomy(), 2 ** 20);
      for (const chunk of chunks) capture.append(chunk);
      const { parts, length, cutOff } = capture.captured;
      const bytes = Buffer.concat(chunks);
      expect(Buffer.concat(parts)).toEqual(bytes);
      expect({ length, cutOff }).toEqual({ length: bytes.length, cutOff: false });
    }),
  );
});

it('keeps the beginning of a body that is too long, and says so', () => {
  const capture = new BodyCapture(roomy(), 5);
  for (const chunk of ['abc', 'def', 'ghi']) capture.append(Buffer.from(chunk));
  const { parts, cutOff, length } = capture.captured;
  expect({ text: Buffer.concat(parts).toString(), cutOff, length }).toEqual({
    text: 'abcde',
    cutOff: true,
    length: 5,
  });
});

it('does not call a body cut off that is just as long as may be', () => {
  const capture = new BodyCapture(roomy(), 3);
  capture.append(Buffer.from('abc'));
  expect(capture.captured.cutOff).toBe(false);
});

it('keeps few buffers of a stream of many events', () => {
  const capture = new BodyCapture(roomy(), 2 ** 20);
  for (let event = 0; event < 10_000; event++) capture.append(Buffer.from('data: {}\n\n'));
  const { parts, length } = capture.captured;
  expect(parts.length).toBeLessThan(250);
  expect(length).toBe(100_000);
});

it('takes no more memory than all bodies may have together, and gives back what it took', () => {
  const budget = createMemoryBudget(100_000);
  const captures = Array.from({ length: 20 }, () => new BodyCapture(budget, 50_000));
  for (let round = 0; round < 100; round++) {
    for (const capture of captures) capture.append(Buffer.alloc(500));
  }
  const bodies = captures.map((capture) => capture.captured);
  const kept = bodies.reduce((sum, { length }) => sum + length, 0);
  expect(kept).toBeLessThanOrEqual(100_000);
  expect(kept).toBeGreaterThan(50_000);
  expect(bodies.every(({ cutOff }) => cutOff)).toBe(true);
  for (const { reservedBytes } of bodies) budget.giveBack(reservedBytes);
  expect(budget.take(100_000)).toBe(true);
  expect(budget.take(1)).toBe(false);
});
