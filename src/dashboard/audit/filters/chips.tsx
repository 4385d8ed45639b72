import type { AuditLogQuery } from '../../../admin/api-types/queries.ts';
import { useKeyNames } from '../../manage/use-key-names.ts';
import { Icon } from '../../parts/icon.tsx';
import { shortId } from '../../state/format.ts';
import { type Choices, choose } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import { noFilter } from './filter.ts';

interface Chip {
  readonly text: string;
  /** What taking it away changes in the address. */
  readonly without: Choices;
}

const chipsOf = (filter: AuditLogQuery, nameOfKey: (id: string) => string): readonly Chip[] => {
  const { key, user_path: team, label, sort, order, session, start_date: day } = filter;
  const { chips } = texts.usage;
  return [
    ...(key ? [{ text: `${chips.key} ${nameOfKey(key)}`, without: { key: undefined } }] : []),
    ...(team ? [{ text: `${chips.user_path} ${team}`, without: { user_path: undefined } }] : []),
    ...(label ? [{ text: `${chips.label} ${label}`, without: { label: undefined } }] : []),
    ...(sort
      ? [
          {
            text: texts.filter.sorted(texts.filter.sorts[sort], order === 'asc'),
            without: { sort: undefined, order: undefined },
          },
        ]
      : []),
    ...(session ? [{ text: texts.filter.session(shortId(session)), without: { session: undefined } }] : []),
    ...(day
      ? [{ text: texts.filter.day(day), without: { start_date: undefined, end_date: undefined } }]
      : []),
  ];
};

/** Filters that have no choice of their own, each with a way back, and the way back from all. */
export const Chips = ({ filter }: { filter: AuditLogQuery }) => (
  <>
    {chipsOf(filter, useKeyNames()).map(({ text, without }) => (
      <button key={text} type="button" class="chip" onClick={() => choose(without)}>
        {text}
        <Icon name="close" />
      </button>
    ))}
    {Object.keys(filter).length > 0 && (
      <button type="button" class="button quiet" onClick={() => choose(noFilter())}>
        {texts.filter.clear}
      </button>
    )}
  </>
);
