import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SessionTurn } from '../../admin/api-types/conversation.ts';
import { texts } from '../texts.ts';
import { readLanes } from './read-lanes.ts';
import { TurnLines } from './turn-lines.tsx';
import { TurnRow } from './turn-row.tsx';

/** The turns of a session below each other, and the three lines beside them. */
export const TurnColumn = ({
  turns,
  from,
  at,
}: {
  turns: readonly SessionTurn[];
  from: number;
  at: string | undefined;
}) => {
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
  }, [turns]);

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
        <TurnLines lanes={readLanes(turns)} tops={tops} />
        <ol ref={list}>
          {turns.map((turn, place) => (
            <TurnRow
              key={turn.entry.id}
              turn={turn}
              number={from + place + 1}
              next={turns[place + 1]}
              marked={turn.entry.id === at}
            />
          ))}
        </ol>
      </div>
    </div>
  );
};
