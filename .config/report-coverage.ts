import { relative } from 'node:path';
import type { Reporter } from 'vitest/node';

interface Counts {
  readonly total: number;
  readonly covered: number;
}
interface Summary {
  readonly lines: Counts;
  readonly branches: Counts;
}
/** What of istanbul's coverage map is read here. */
interface CoverageMap {
  files(): string[];
  fileCoverageFor(file: string): { toSummary(): Summary };
}

const add = (one: Counts, other: Counts): Counts => ({
  total: one.total + other.total,
  covered: one.covered + other.covered,
});
const share = ({ total, covered }: Counts): string =>
  `${total === 0 ? '100.0' : ((100 * covered) / total).toFixed(1)}%`;
const NONE: Summary = { lines: { total: 0, covered: 0 }, branches: { total: 0, covered: 0 } };

/** Prints how much of each room was run, as the table of `.github/docs/coverage.md`. */
export class ReportCoverage implements Reporter {
  onCoverage(coverage: unknown): void {
    const map = coverage as CoverageMap;
    const rooms = new Map<string, Summary>();
    for (const file of map.files()) {
      const [, room = ''] = relative(process.cwd(), file).split(/[\\/]/);
      const summary = map.fileCoverageFor(file).toSummary();
      for (const name of [room, 'all']) {
        const known = rooms.get(name) ?? NONE;
        rooms.set(name, {
          lines: add(known.lines, summary.lines),
          branches: add(known.branches, summary.branches),
        });
      }
    }
    const rows = [...rooms]
      .sort(([one], [other]) => (one === 'all' ? 1 : other === 'all' ? -1 : one < other ? -1 : 1))
      .map(
        ([room, { lines, branches }]) =>
          `| ${room} | ${lines.total} | ${share(lines)} | ${share(branches)} |`,
      );
    process.stdout.write(
      ['| room | lines | run | branches |', '| --- | --- | --- | --- |', ...rows, ''].join('\n'),
    );
  }
}
