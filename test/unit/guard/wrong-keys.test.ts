import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { GatewayError } from '../../../src/base/errors.ts';
import { createWrongKeys } from '../../../src/guard/slow-wrong-keys.ts';

const REFUSAL = new GatewayError('invalid_api_key', 'wrong.');

const createTries = () => {
  let ms = 1_000_000;
  const wrongKeys = createWrongKeys({ now: () => ms, pauseMs: 1 });
  const attempt = async (address: string): Promise<GatewayError> => {
    try {
      return await wrongKeys.refuse(address, REFUSAL);
    } catch (error) {
      return error as GatewayError;
    }
  };
  return {
    wrongKeys,
    attempt,
    /** @returns the codes of several attempts, one after the other */
    codes: async (times: number, address: string): Promise<string[]> => {
      const codes: string[] = [];
      for (let count = 0; count < times; count++) codes.push((await attempt(address)).code);
      return codes;
    },
    pass: (passedMs: number) => {
      ms += passedMs;
    },
  };
};

const TOLD = 'invalid_api_key';
const SLOWED = 'too_many_attempts';

describe('wrong keys of one address', () => {
  it('are slowed down from the sixth on, until the first of six is a minute old', async () => {
    const { codes, pass } = createTries();
    expect(await codes(7, 'a')).toEqual([TOLD, TOLD, TOLD, TOLD, TOLD, SLOWED, SLOWED]);
    pass(59_999);
    expect(await codes(1, 'a')).toEqual([SLOWED]);
    pass(60_000);
    expect(await codes(1, 'a')).toEqual([TOLD]);
  });

  it('say how many seconds are left, one at least', async () => {
    const { attempt, codes, pass } = createTries();
    await codes(1, 'a');
    pass(20_500);
    await codes(4, 'a');
    const error = await attempt('a');
    expect(error.headers).toEqual({ 'retry-after': '40' });
    expect(error.message).toContain('in 40 s');
    const late = createTries();
    await late.codes(5, 'a');
    late.pass(59_999);
    expect((await late.attempt('a')).headers).toEqual({ 'retry-after': '1' });
  });

  it('do not count against another address, nor after the right key', async () => {
    const { codes, wrongKeys } = createTries();
    await codes(6, 'a');
    expect(await codes(1, 'b')).toEqual([TOLD]);
    wrongKeys.noteRight('a');
    expect(await codes(6, 'a')).toEqual([TOLD, TOLD, TOLD, TOLD, TOLD, SLOWED]);
  });
});

describe('wrong keys of all addresses', () => {
  it('are slowed down from the fifty-first on', async () => {
    const { attempt, codes, pass } = createTries();
    for (let index = 0; index < 50; index++) expect((await attempt(`a${index}`)).code).toBe(TOLD);
    expect(await codes(1, 'b')).toEqual([SLOWED]);
    pass(60_000);
    expect(await codes(1, 'b')).toEqual([TOLD]);
  });

  it('wait 64 at once; the next is refused without a pause, and its connection closed', async () => {
    const { attempt, codes } = createTries();
    await codes(5, 'a');
    const errors = await Promise.all(Array.from({ length: 65 }, () => attempt('a')));
    expect(errors.map(({ headers }) => headers?.connection)).toEqual([...Array(64).fill(undefined), 'close']);
    expect((await attempt('a')).headers?.connection).toBeUndefined();
  });
});

describe('what is remembered of addresses', () => {
  /** Fills the memory with addresses that were wrong once, all at the same moment. */
  const fill = async ({ attempt }: ReturnType<typeof createTries>, count: number): Promise<void> => {
    // At most 64 wait at once.
    for (let start = 0; start < count; start += 50) {
      const addresses = Array.from(
        { length: Math.min(50, count - start) },
        (_, index) => `a${start + index}`,
      );
      await Promise.all(addresses.map(attempt));
    }
  };
  it('is bounded: one address of 1,000 is remembered, and the next is not while the others are new', async () => {
    const tries = createTries();
    await fill(tries, 999);
    tries.pass(59_000);
    await tries.codes(1, 'last');
    await tries.codes(1, 'beyond');
    tries.pass(1_000 - 1);
    // They are a millisecond short of a minute old: none makes room.
    await tries.codes(5, 'beyond');
    tries.pass(1);
    // 999 are over now. "last" has 1 that counts, and "beyond" none.
    expect(await tries.codes(5, 'last')).toEqual([TOLD, TOLD, TOLD, TOLD, SLOWED]);
    expect(await tries.codes(6, 'beyond')).toEqual([TOLD, TOLD, TOLD, TOLD, TOLD, SLOWED]);
  });

  it('makes room for a new address where another one is over, and keeps those that are not', async () => {
    const tries = createTries();
    await tries.codes(1, 'early');
    tries.pass(1_000);
    await fill(tries, 998);
    tries.pass(49_000);
    await tries.codes(1, 'late');
    tries.pass(10_000);
    // A minute after "early" alone.
    await tries.codes(1, 'new');
    tries.pass(1_000);
    expect(await tries.codes(5, 'late')).toEqual([TOLD, TOLD, TOLD, TOLD, SLOWED]);
    expect(await tries.codes(5, 'new')).toEqual([TOLD, TOLD, TOLD, TOLD, SLOWED]);
  });
});

it('a refusal keeps what was at fault, and without a pause of its own takes a second', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const wrongKeys = createWrongKeys({ now: () => 1_000_000 });
  const refusal = new GatewayError('invalid_api_key', 'wrong.', { param: 'x-api-key' });
  for (let count = 0; count < 5; count++) expect(() => wrongKeys.refuse('a', refusal)).toThrow(refusal);
  let rejected: unknown;
  wrongKeys.refuse('a', refusal).catch((error: unknown) => {
    rejected = error;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(rejected).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(rejected).toMatchObject({ code: SLOWED, param: 'x-api-key' });
  expect((await createTries().attempt('a')).param).toBeNull();
});
