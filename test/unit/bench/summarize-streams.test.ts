import { describe, expect, it } from 'vitest';
import { renderStreams } from '../../bench/render-table.ts';
import { BARE, DIRECT } from '../../bench/summarize.ts';
import { type StreamSample, summarizeStreams } from '../../bench/summarize-streams.ts';

const sample = (candidate: string, round: number, figures: Partial<StreamSample>): StreamSample => ({
  candidate,
  round,
  firstMs: 1,
  cpuMs: 30,
  freshMb: 50,
  openMb: 100,
  delayP99Ms: 1,
  broken: 0,
  ...figures,
});

describe('the benchmark of streams', () => {
  it('compares within a round, so that a slow minute of the machine changes neither ratio nor difference', () => {
    const rows = summarizeStreams([
      sample(DIRECT, 1, { firstMs: 0.5 }),
      sample(BARE, 1, { firstMs: 0.8, cpuMs: 30 }),
      sample('other', 1, { firstMs: 1.2, cpuMs: 45, broken: 1 }),
      sample(DIRECT, 2, { firstMs: 5 }),
      sample(BARE, 2, { firstMs: 5.3, cpuMs: 300 }),
      sample('other', 2, { firstMs: 5.7, cpuMs: 450, broken: 2 }),
    ]);
    expect(rows.map(({ candidate }) => candidate)).toEqual([BARE, 'other']);
    expect(rows[0]).toMatchObject({ beyondBareMs: 0, cpu: 1 });
    expect(rows[1]?.addedFirstMs).toBeCloseTo(0.7);
    expect(rows[1]?.beyondBareMs).toBeCloseTo(0.4);
    expect(rows[1]?.cpu).toBeCloseTo(1.5);
    expect(rows[1]?.broken).toBe(3);
  });

  it('takes what one round does not know from the others, and says nothing where none does', () => {
    const none = Number.NaN;
    const rows = summarizeStreams([
      sample(DIRECT, 1, {}),
      sample(BARE, 1, {}),
      sample('other', 1, { cpuMs: none, delayP99Ms: none }),
      sample(DIRECT, 2, {}),
      sample(BARE, 2, {}),
      sample('other', 2, { cpuMs: 60, delayP99Ms: none }),
    ]);
    expect(rows[1]?.cpu).toBeCloseTo(2);
    expect(rows[1]?.delayP99Ms).toBeNaN();
    expect(renderStreams({ rows, notes: [] })).toContain('–');
    expect(renderStreams({ rows, notes: [] })).not.toContain('NaN');
  });
});
