import type { LimitStatus } from '../../../guard/limits/limit-port.ts';
import { LoadFailed, Loading, Notice } from '../../parts/notice.tsx';
import { api } from '../../state/api.ts';
import { formatWhole } from '../../state/format.ts';
import { useLoad } from '../../state/use-load.ts';
import { useReload } from '../../state/use-reload.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { nameChild, nameScope } from '../budgets/describe-scope.ts';
import { ManageBar } from '../manage-bar.tsx';
import { useKeyNames } from '../use-key-names.ts';

const REFRESH_MS = 1000;

const shareOf = ({ used, limit }: LimitStatus): number => (limit > 0 ? used / limit : 1);

const LimitRow = ({ limit, nameOfKey }: { limit: LimitStatus; nameOfKey: (id: string) => string }) => {
  const { scope, child, name, used, limit: most } = limit;
  const share = Math.min(1, shareOf(limit));
  return (
    <tr class={share >= 1 ? 'full' : ''}>
      <th scope="row">
        {visibleText(child === undefined ? nameScope(scope, nameOfKey) : nameChild(scope, child, nameOfKey))}
        {child !== undefined && <code class="dim"> {visibleText(scope)}</code>}
      </th>
      <td>{texts.limits.names[name] ?? name}</td>
      <td class="bar-cell">
        <div class="budget-bar" aria-hidden="true">
          <i class="spent" style={{ width: `${(share * 100).toFixed(2)}%` }} />
        </div>
      </td>
      <td>{formatWhole(used)}</td>
      <td>{formatWhole(Math.max(0, most - used))}</td>
      <td>{formatWhole(most)}</td>
    </tr>
  );
};

/** How full each limit is at the moment. */
export const LimitsPage = () => {
  const { value, error, reload } = useLoad('budgets', api.budgets);
  useReload(reload, REFRESH_MS, ({ type }) => (type === 'update' ? undefined : 'later'));
  const nameOfKey = useKeyNames();
  const { columns } = texts.limits;
  const limits = [...(value?.limits ?? [])].sort((one, other) => shareOf(other) - shareOf(one));
  return (
    <div class="manage page-scroller" tabIndex={0} role="region" aria-label={texts.pages.limits}>
      <ManageBar>
        <span class="dim">{texts.limits.hint}</span>
      </ManageBar>
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={10} />
      ) : limits.length === 0 ? (
        <Notice icon="gauge" title={texts.limits.empty}>
          <p>{texts.limits.emptyHint}</p>
          <pre class="block">{texts.limits.emptyCommand}</pre>
        </Notice>
      ) : (
        <section class="panel" aria-label={texts.limits.tableLabel} tabIndex={0}>
          <table class="sums facts-table limits" aria-label={texts.limits.tableLabel}>
            <thead>
              <tr>
                <th scope="col">{columns.scope}</th>
                <th scope="col">{columns.what}</th>
                <th scope="col" class="bar-cell">
                  <span class="hidden-text">{columns.bar}</span>
                </th>
                <th scope="col">{columns.used}</th>
                <th scope="col">{columns.left}</th>
                <th scope="col">{columns.limit}</th>
              </tr>
            </thead>
            <tbody>
              {limits.map((limit) => (
                <LimitRow
                  key={`${limit.scope} ${limit.child ?? ''} ${limit.name}`}
                  limit={limit}
                  nameOfKey={nameOfKey}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
};
