import { expect, it } from 'vitest';
import type { ScriptCall } from '../../../src/conversation/item.ts';
import { describeEnding } from '../../../src/conversation/script/describe-ending.ts';

const tell = (known: Partial<ScriptCall>) => {
  const { text, isFailure, seconds } =
    describeEnding({ name: 'exec_command', arguments: '', ...known }) ?? {};
  return [text, isFailure, seconds];
};

it('says how a call ended, and whether that is a failure', () => {
  expect(tell({})).toEqual([undefined, undefined, undefined]);
  expect(tell({ exitCode: 0, seconds: 0.000_02 })).toEqual(['exit 0', false, undefined]);
  expect(tell({ exitCode: 3, seconds: 1.5 })).toEqual(['exit 3', true, 1.5]);
  expect(tell({ seconds: 10 })).toEqual(['still running', false, 10]);
  expect(tell({ ending: 'failed' })).toEqual(['failed', true, undefined]);
  expect(tell({ ending: 'notReached' })).toEqual(['not run', true, undefined]);
  expect(tell({ ending: 'notPrinted' })).toEqual(['exit code not printed', false, undefined]);
  expect(tell({ ending: 'notMatched' })).toEqual(['outcome unclear', false, undefined]);
});

it('tells the runs of one call in their order, and the first of many', () => {
  const runs = [0, 2, 1].map((exitCode) => ({ exitCode }));
  expect(tell({ runs })).toEqual(['3 runs: exit 0, exit 2, exit 1', true, undefined]);
  const [text] = tell({ runs: Array.from({ length: 200 }, () => ({ exitCode: 0 })) });
  expect(text).toMatch(/^200 runs: (?:exit 0, ){12}…$/);
});
