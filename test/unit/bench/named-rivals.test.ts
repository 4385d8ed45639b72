import { describe, expect, it } from 'vitest';
import { namedRivals } from '../../bench/named-rivals.ts';

describe('the gateways of BENCH_RIVALS', () => {
  it('are commands of the shell that are told where to listen and whom to ask', () => {
    const [first, second, ...more] = namedRivals('one=./one --port $PORT,two=UP=$UPSTREAM ./two', 9000);
    expect(more).toEqual([]);
    expect([first?.name, first?.command(81, '/home')]).toEqual(['one', ['sh', '-c', './one --port $PORT']]);
    expect(first?.env?.('/home', 81)).toEqual({ PORT: '81', UPSTREAM: 'http://127.0.0.1:9000/v1' });
    expect(second?.command(82, '/home')).toEqual(['sh', '-c', 'UP=$UPSTREAM ./two']);
  });

  it('are sent zstd where their names say that they can read it', () => {
    const rivals = namedRivals('before+zstd=./one,other=./two', 9000);
    expect(rivals.map(({ takesZstd }) => takesZstd)).toEqual([true, false]);
  });

  it('are none where nothing is named', () => {
    expect(namedRivals(undefined, 9000)).toEqual([]);
    expect(namedRivals('', 9000)).toEqual([]);
  });

  it.each(['one', '=./one', 'one=', 'one=./one,two'])('refuse %s', (value) => {
    expect(() => namedRivals(value, 9000)).toThrow(/BENCH_RIVALS/);
  });
});
