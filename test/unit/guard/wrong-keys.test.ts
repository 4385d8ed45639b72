import { describe, expect, it } from 'vitest';
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
