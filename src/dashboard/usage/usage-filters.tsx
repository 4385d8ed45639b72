import type { UsageQuery } from '../../admin/api-types/queries.ts';
import { useKeyNames } from '../manage/use-key-names.ts';
import { Icon } from '../parts/icon.tsx';
import { shortId } from '../state/format.ts';
import { choose } from '../state/route.ts';
import { texts } from '../texts.ts';
import { USAGE_FILTERS, type UsageFilter } from './usage-query.ts';

const show = (name: UsageFilter, value: string, nameOfKey: (id: string) => string): string => {
  if (name === 'key') return nameOfKey(value);
  return name === 'session' ? `…${shortId(value)}` : value;
};

/** What the figures are narrowed to, each with a way back. */
export const UsageFilters = ({ asked }: { asked: UsageQuery }) => {
  const nameOfKey = useKeyNames();
  return (
    <>
      {USAGE_FILTERS.map((name) => {
        const value = asked[name];
        return (
          value && (
            <button key={name} type="button" class="chip" onClick={() => choose({ [name]: undefined })}>
              {texts.usage.chips[name]} {show(name, value, nameOfKey)}
              <Icon name="close" />
              <span class="hidden-text">{texts.filter.clear}</span>
            </button>
          )
        );
      })}
    </>
  );
};
