import type { Lane } from './read-lanes.ts';

/** Width of a lane and of the line in it, and where in a row its point is; styles/sessions.css has the same. */
const LANE_WIDTH = 96;
const LINE_WIDTH = 32;
const POINT_Y = 18;

/** Points of a lane that are known, from the top down. */
const pointsOf = (
  lane: Lane,
  left: number,
  tops: readonly number[],
): Array<readonly [x: number, y: number, lost: boolean]> =>
  lane.values.flatMap((value, place) => {
    const top = tops[place];
    return value === undefined || top === undefined
      ? []
      : [
          [
            Math.round((left + 4 + value * LINE_WIDTH) * 10) / 10,
            top + POINT_Y,
            lane.lost?.has(place) ?? false,
          ] as const,
        ];
  });

/** The three lines, drawn once behind all turns. The figures beside them say the same in text. */
export const TurnLines = ({ lanes, tops }: { lanes: readonly Lane[]; tops: readonly number[] }) => {
  const height = (tops.at(-1) ?? 0) + 2 * POINT_Y;
  return (
    <svg class="turn-lines" width={LANE_WIDTH * lanes.length} height={height} aria-hidden="true">
      {lanes.map((lane, place) => {
        const points = pointsOf(lane, place * LANE_WIDTH, tops);
        return (
          <g key={lane.name} class={lane.name}>
            <line x1={place * LANE_WIDTH + 4} x2={place * LANE_WIDTH + 4} y1={0} y2={height} class="base" />
            <polyline points={points.map(([x, y]) => `${x},${y}`).join(' ')} />
            {points.map(([x, y, lost]) => (
              <circle key={y} cx={x} cy={y} r={lost ? 4 : 2.5} class={lost ? 'lost' : ''} />
            ))}
          </g>
        );
      })}
    </svg>
  );
};
