import type { Paged } from '../../admin/api-types/entry.ts';
import { choose } from '../state/route.ts';
import { texts } from '../texts.ts';

interface PagerProps {
  answer: Pick<Paged<unknown>, 'total' | 'limit' | 'offset'>;
  /** The choice in the address that holds where the page begins. */
  name: string;
}

/** Goes through a list that is longer than a page; nothing where it is not. */
export const Pager = ({ answer, name }: PagerProps) => {
  const { total, limit, offset } = answer;
  if (total <= limit) return null;
  const end = Math.min(total, offset + limit);
  const go = (to: number) => choose({ [name]: String(to), at: undefined }, 'replace');
  return (
    <nav class="pager" aria-label={texts.sessions.pagerLabel}>
      <button
        type="button"
        class="button"
        disabled={offset === 0}
        onClick={() => go(Math.max(0, offset - limit))}
      >
        {texts.sessions.earlierTurns}
      </button>
      <span class="dim">{texts.sessions.range(offset + 1, end, total)}</span>
      <button type="button" class="button" disabled={end >= total} onClick={() => go(end)}>
        {texts.sessions.laterTurns}
      </button>
    </nav>
  );
};
