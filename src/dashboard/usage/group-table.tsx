import type { ComponentChildren } from 'preact';
import type { UsageQuery } from '../../admin/api-types/queries.ts';
import type { UsageGroup } from '../../admin/api-types/usage.ts';
import { api } from '../state/api.ts';
import { addressWith } from '../state/route.ts';
import { useLoad } from '../state/use-load.ts';
import { texts } from '../texts.ts';
import { visibleText } from '../turn/visible-text.ts';
import type { Measure } from './read-series.ts';
import { SumsTable } from './sums-table.tsx';
import type { GroupBy, UsageFilter } from './usage-query.ts';

const ROWS = 8;

interface GroupTableProps {
  by: Exclude<GroupBy, 'session'> & UsageFilter;
  asked: UsageQuery;
  measure: Measure;
  beside?: ComponentChildren;
  /** Left out where nothing has what it is grouped by. */
  isOptional?: boolean;
}

/** Teams are shown a step at a time: those right below the one that is chosen. */
const depthBelow = (path: string | undefined): number =>
  path === undefined || path === '/' ? 1 : path.split('/').length;

const nameOf = (by: GroupTableProps['by'], { group, name }: UsageGroup, asked: UsageQuery): string => {
  if (group === '') return texts.usage.noGroup[by];
  if (by === 'user_path' && group === asked.user_path) return texts.usage.pathItself(group);
  return name ?? group;
};

/** Sums by one thing; a row narrows everything to itself. */
export const GroupTable = ({ by, asked, measure, beside, isOptional = false }: GroupTableProps) => {
  const wanted = {
    ...asked,
    by,
    limit: ROWS,
    ...(by === 'user_path' && { depth: depthBelow(asked.user_path) }),
  };
  const { value } = useLoad(JSON.stringify(wanted), (signal) => api.groups(wanted, signal));
  if (isOptional && (!value || value.entries.every(({ group }) => group === ''))) return null;
  return (
    <SumsTable
      title={texts.usage.by[by]}
      beside={beside}
      total={value?.total}
      measure={measure}
      rows={value?.entries.map((sums) => {
        const name = visibleText(nameOf(by, sums, asked));
        return {
          key: sums.group,
          name:
            sums.group === '' || sums.group === asked[by] ? (
              <span class="dim">{name}</span>
            ) : (
              <a class="link" data-nav-row href={addressWith({ [by]: sums.group })}>
                {name}
              </a>
            ),
          sums,
        };
      })}
    />
  );
};
