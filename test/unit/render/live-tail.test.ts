import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/time/clock.ts';
import { createLiveTail, type LiveTail } from '../../../src/cli/render/tail/live-tail.ts';
import type { OutputStream } from '../../../src/cli/render/tail/screen.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import type { RecorderTrouble } from '../../../src/log/trouble.ts';
import { SAMPLE_STARTED_AT, sampleRecord, sampleWithout } from '../../support/render/sample-records.ts';
import { StandingReader } from '../../support/render/standing-reader.ts';
import { TerminalDouble } from '../../support/render/terminal-double.ts';

/** Five seconds after the samples began: what runs has been running for long enough to be shown. */
const clock: Clock = { now: () => Date.parse(SAMPLE_STARTED_AT) + 5000, monotonic: () => performance.now() };

const collected = (): PassThrough => new PassThrough({ encoding: 'utf8' });

const tailOn = (stream: OutputStream, options: { json?: boolean; notices?: OutputStream } = {}): LiveTail =>
  createLiveTail({
    stream,
    notices: options.notices ?? collected(),
    env: {},
    clock,
    json: options.json ?? false,
  });

const closed = (id: string): ExchangeRecord => sampleRecord({ id });
const running = (id: string): ExchangeRecord =>
  sampleWithout(['durationMs', 'usage'], { id, model: id, response: { events: 7 } });

describe('the tail in a file or a pipe', () => {
  it('has a line for each exchange that ends, and none for those that run', async () => {
    const stream = collected();
    const tail = tailOn(stream);
    tail.show({ type: 'open', record: running('one') });
    tail.show({ type: 'close', record: closed('one') });
    tail.show({ type: 'open', record: running('two') });
    await tail.stop();
    const lines = String(stream.read()).trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('in 12.1k (11.0k cached)');
  });

  it('is NDJSON of whole records where that is asked for, with notices elsewhere', async () => {
    const stream = collected();
    const notices = collected();
    const tail = tailOn(stream, { json: true, notices });
    tail.show({ type: 'close', record: closed('req_1') });
    tail.notice('the log cannot be written: disk full');
    await tail.stop();
    expect(JSON.parse(String(stream.read()))).toEqual(closed('req_1'));
    expect(notices.read()).toBe('the log cannot be written: disk full\n');
  });

  it('tells trouble with the disk, and its end', async () => {
    const stream = collected();
    const tail = tailOn(stream);
    const listeners: Array<(trouble: RecorderTrouble | undefined) => void> = [];
    tail.attach({
      trouble: { since: SAMPLE_STARTED_AT, message: 'no space left' },
      subscribe: () => () => {},
      subscribeTrouble: (listener) => {
        listeners.push(listener);
        return () => listeners.pop();
      },
    });
    listeners[0]?.(undefined);
    await tail.stop();
    expect(stream.read()).toBe('the log cannot be written: no space left\nthe log is written again\n');
    expect(listeners).toEqual([]);
  });
});

describe('a reader that stands still', () => {
  it('costs lines, which are counted, and not memory', async () => {
    const stream = new StandingReader();
    const tail = tailOn(stream);
    for (let count = 0; count < 20_000; count++) tail.show({ type: 'close', record: closed(`req_${count}`) });
    expect(stream.writableLength).toBeLessThan(256 * 1024);
    const drained = once(stream, 'drain');
    stream.read();
    await drained;
    tail.show({ type: 'close', record: closed('req_last') });
    await tail.stop();

    const lines = stream.text.trimEnd().split('\n');
    const notice = lines.findIndex((line) => line.startsWith('…'));
    const [, skipped] =
      /^… (\d+) lines skipped \(nobody was reading\); the log has them$/.exec(lines[notice] ?? '') ?? [];
    expect(Number(skipped)).toBeGreaterThan(15_000);
    expect(lines.length - 1 + Number(skipped)).toBe(20_001);
    expect(notice).toBe(lines.length - 2);
  });

  it('does not keep the tail from stopping', async () => {
    const stream = new StandingReader();
    const tail = tailOn(stream);
    for (let count = 0; count < 2000; count++) tail.show({ type: 'close', record: closed(`req_${count}`) });
    await expect(tail.stop()).resolves.toBeUndefined();
  });
});

describe('a reader that goes away', () => {
  it('ends the tail and nothing else', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const tail = tailOn(stream);
    tail.show({ type: 'close', record: closed('req_1') });
    await tail.settled();
    await tail.readerGone;
    tail.show({ type: 'close', record: closed('req_2') });
    tail.notice('unheard');
    await expect(tail.stop()).resolves.toBeUndefined();
  });
});

describe('the tail on a terminal', () => {
  it('keeps what runs at the bottom, below what has ended', async () => {
    const terminal = new TerminalDouble(100);
    const tail = tailOn(terminal);
    tail.show({ type: 'open', record: running('gpt-one') });
    tail.show({ type: 'open', record: running('gpt-two') });
    tail.show({ type: 'close', record: closed('req_0') });
    await tail.settled();
    expect(terminal.lines).toEqual([
      expect.stringMatching(/^14:02:11 200 .* exec_comm…×2$/),
      expect.stringMatching(/^14:02:11 ··· responses gpt-one .* 5\.0s .* 7 events$/),
      expect.stringMatching(/^14:02:11 ··· responses gpt-two .* 7 events$/),
    ]);

    tail.show({ type: 'close', record: sampleRecord({ id: 'gpt-one', model: 'gpt-one' }) });
    await tail.settled();
    expect(terminal.lines.map((line) => line.slice(9, 12))).toEqual(['200', '200', '···']);

    await tail.stop();
    expect(terminal.lines.map((line) => line.slice(9, 12))).toEqual(['200', '200']);
  });

  it('draws a bounded number of running lines, and counts the others', async () => {
    const terminal = new TerminalDouble(100);
    const tail = tailOn(terminal);
    for (let count = 0; count < 40; count++) tail.show({ type: 'open', record: running(`gpt-${count}`) });
    tail.show({ type: 'close', record: closed('req_0') });
    await tail.settled();
    expect(terminal.lines).toHaveLength(1 + 5 + 1);
    expect(terminal.lines.at(-1)).toBe('… and 35 more running');
  });

  it('puts a notice above what runs', async () => {
    const terminal = new TerminalDouble(100);
    const tail = tailOn(terminal);
    tail.show({ type: 'open', record: running('gpt-one') });
    tail.notice('the log cannot be written: no space left');
    await tail.settled();
    expect(terminal.lines).toEqual([
      'the log cannot be written: no space left',
      expect.stringContaining('gpt-one'),
    ]);
  });

  it('leaves lines alone that a narrower window has wrapped', async () => {
    const terminal = new TerminalDouble(100);
    const tail = tailOn(terminal);
    tail.show({ type: 'open', record: running('gpt-one') });
    tail.show({ type: 'close', record: closed('req_1') });
    await tail.settled();
    const before = terminal.lines;
    terminal.resize(60);
    tail.show({ type: 'close', record: closed('req_2') });
    await tail.settled();
    expect(terminal.lines.slice(0, before.length)).toEqual(before);
    expect(terminal.lines).toHaveLength(before.length + 2);
  });

  it('never loses, doubles or mixes up a line, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const), id: fc.nat(20) }),
      fc.record({ kind: fc.constant('close' as const), id: fc.nat(20) }),
      fc.record({ kind: fc.constant('resize' as const), id: fc.integer({ min: 40, max: 200 }) }),
      fc.record({ kind: fc.constant('settle' as const), id: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const terminal = new TerminalDouble(120);
        const tail = tailOn(terminal);
        const ended: string[] = [];
        for (const { kind, id } of steps) {
          if (kind === 'open') tail.show({ type: 'open', record: running(`m${id}`) });
          if (kind === 'resize') terminal.resize(id);
          if (kind === 'settle') await tail.settled();
          if (kind !== 'close') continue;
          const model = `n${ended.length}`;
          ended.push(model);
          tail.show({ type: 'close', record: sampleRecord({ id: `m${id}`, model }) });
        }
        await tail.stop();
        const finished = terminal.lines.filter((line) => /^\S+ +200 /.test(line));
        expect(finished.map((line) => / (n\d+) /.exec(line)?.[1])).toEqual(ended);
      }),
      { numRuns: 60 },
    );
  });
});
