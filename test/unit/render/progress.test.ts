import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createProgress } from '../../../src/cli/render/progress.ts';
import { withProgress } from '../../../src/cli/with-progress.ts';
import { TerminalDouble } from '../../support/render/terminal-double.ts';

const start = (stderr: object, env: NodeJS.ProcessEnv = { TERM: 'xterm' }) => {
  let at = 0;
  const context = { stderr: stderr as NodeJS.WriteStream, env };
  const progress = createProgress({ context, unit: 'exchanges read', now: () => at });
  return {
    progress,
    /** The work goes on until then. */
    until: (ms: number, more: number): void => {
      at = ms;
      for (let count = 0; count < more; count++) progress.step();
    },
  };
};

it('says nothing of work that is soon done, and then how far it is, in one line that is rewritten', () => {
  const terminal = new TerminalDouble(80);
  const { progress, until } = start(terminal);
  until(300, 256);
  expect(terminal.lines).toEqual([]);
  until(500, 256);
  until(900, 256);
  expect(terminal.lines).toEqual(['768 exchanges read · 0 s · Ctrl-C ends it']);
  until(61_000, 256);
  expect(terminal.lines).toEqual(['1,024 exchanges read · 61 s · Ctrl-C ends it']);
  progress.end();
  progress.end();
  until(70_000, 1024);
  expect(terminal.lines).toEqual([]);
});

it('never fills the last column, so that no line wraps', () => {
  const terminal = new TerminalDouble(20);
  const { until } = start(terminal);
  until(500, 256);
  expect(terminal.lines).toEqual(['256 exchanges read…']);
});

it('writes nothing where there is no terminal, or one that cannot rewrite', () => {
  const pipe = new PassThrough();
  start(pipe).until(5_000, 10_000);
  expect(pipe.read()).toBeNull();
  const dumb = new TerminalDouble(80);
  start(dumb, { TERM: 'dumb' }).until(5_000, 10_000);
  expect(dumb.lines).toEqual([]);
});

it('ends with 130 at Ctrl-C, with its line taken away, and leaves signals alone when the work is done', async () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  onTestFinished(() => exit.mockRestore());
  const before = process.listenerCount('SIGINT');
  const terminal = new TerminalDouble(80);
  const context = { stderr: terminal, env: { TERM: 'xterm' } } as never;
  let finish = (): void => {};
  const work = withProgress(
    'exchanges read',
    context,
    () => new Promise<void>((resolve) => (finish = resolve)),
  );
  await expect.poll(() => terminal.lines).toEqual([expect.stringMatching(/^looking into the log · 0 s/)]);
  process.emit('SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
  expect(terminal.lines).toEqual(['Interrupted.']);
  finish();
  await work;
  expect(process.listenerCount('SIGINT')).toBe(before);
});
