import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SessionTurn } from '../../admin/api-types/conversation.ts';
import { texts } from '../texts.ts';
import { foldAttempts } from './fold-attempts.ts';
import { readLanes } from './read-lanes.ts';
import { TurnLines } from './turn-lines.tsx';
import { TurnRow } from './turn-row.tsx';

interface TurnColumnProps {
  turns: readonly SessionTurn[];
  /** Of the prompt. */
  number: number;
  /** How many exchanges of the prompt come before. */
  from: number;
  at: string | undefined;
}

/** The exchanges of a prompt below each other, and the three lines beside them. */
export const TurnColumn = ({ turns, number, from, at }: TurnColumnProps) => {
  const counted = useMemo(() => foldAttempts(turns), [turns]);
  const list = useRef<HTMLOListElement>(null);
  const [tops, setTops] = useState<number[]>([]);

  // The lines go through the turns, whose heights depend on what is unfolded.
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const measure = () => setTops([...element.children].map((row) => (row as HTMLElement).offsetTop));
    measure();
    const observer = new ResizeObserver(measure);
    for (const row of element.children) observer.observe(row);
    return () => observer.disconnect();
  }, [counted]);

  return (
    <div class="turn-column">
      <div class="lane-heads" aria-hidden="true">
        <span />
        {(['context', 'cached', 'time'] as const).map((lane) => (
          <span key={lane} title={texts.sessions.lanesTitle[lane]}>
            {texts.sessions.lanes[lane]}
          </span>
        ))}
      </div>
      <div class="turn-rows">
        <TurnLines lanes={readLanes(counted.map(({ turn }) => turn))} tops={tops} />
        <ol ref={list}>
          {counted.map(({ turn, attempts, toolMs }) => (
            <TurnRow
              key={turn.entry.id}
              turn={turn}
              attempts={attempts}
              toolMs={toolMs}
              number={`${number}.${from + turns.indexOf(turn) + 1}`}
              next={turns[turns.indexOf(turn) + 1]}
              at={at}
            />
          ))}
        </ol>
      </div>
    </div>
  );
};
