import { useState } from 'preact/hooks';
import type { LimitStatus } from '../../../guard/limits/limit-port.ts';
import { LoadFailed, Loading, Notice } from '../../parts/notice.tsx';
import { api } from '../../state/api.ts';
import { formatWhole } from '../../state/format.ts';
import { useLoad } from '../../state/use-load.ts';
import { useReload } from '../../state/use-reload.ts';
import { may } from '../../state/viewer.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { nameChild, nameScope } from '../describe-scope.ts';
import { ManageBar } from '../manage-bar.tsx';
import { useKeyNames } from '../use-key-names.ts';
import { LimitForm, RemoveLimit } from './limit-form.tsx';

const REFRESH_MS = 1000;
const OBEYED_MS = 1200;

const shareOf = ({ used, limit }: LimitStatus): number => (limit > 0 ? used / limit : 1);

interface LimitRowProps {
  limit: LimitStatus;
  nameOfKey: (id: string) => string;
  onDeed: (kind: 'edit' | 'remove', scope: string) => void;
}

const LimitRow = ({ limit, nameOfKey, onDeed }: LimitRowProps) => {
  const { scope, child, name, used, limit: most, source } = limit;
  const share = Math.min(1, shareOf(limit));
  const title = child === undefined ? nameScope(scope, nameOfKey) : nameChild(scope, child, nameOfKey);
  return (
    <tr class={share >= 1 ? 'full' : ''}>
      <th scope="row">
        {visibleText(title)}
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
      {may('admin') && (
        <td class="deeds">
          {source === 'store' ? (
            (['edit', 'remove'] as const).map((deed) => (
              <button key={deed} type="button" class="link" onClick={() => onDeed(deed, scope)}>
                {texts.limits[deed]}
                <span class="hidden-text"> {title}</span>
              </button>
            ))
          ) : (
            <span class="dim" title={texts.budgets.notHere}>
              {texts.budgets.sources[source]}
            </span>
          )}
        </td>
      )}
    </tr>
  );
};

type Open = { readonly kind: 'create' } | { readonly kind: 'edit' | 'remove'; readonly scope: string };

/** How full each limit is at the moment. */
export const LimitsPage = () => {
  const { value, error, reload } = useLoad('limits', api.limits);
  useReload(reload, REFRESH_MS, ({ type }) => (type === 'update' ? undefined : 'later'));
  const nameOfKey = useKeyNames();
  const [open, setOpen] = useState<Open | undefined>();
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    // A change is obeyed within a second.
    setTimeout(reload, OBEYED_MS);
  };
  const { columns } = texts.limits;
  const limits = [...(value?.limits ?? [])].sort((one, other) => shareOf(other) - shareOf(one));
  return (
    <div class="manage page-scroller" tabIndex={0} role="region" aria-label={texts.pages.limits}>
      <ManageBar>
        <span class="dim">{texts.limits.hint}</span>
        <span class="grow" />
        {may('admin') && value && (
          <button type="button" class="button primary" onClick={() => setOpen({ kind: 'create' })}>
            {texts.limits.add}
          </button>
        )}
      </ManageBar>
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={10} />
      ) : limits.length === 0 ? (
        <Notice icon="gauge" title={texts.limits.empty}>
          <p>{texts.limits.emptyHint}</p>
          {!may('admin') && <p class="dim">{texts.limits.emptyReading}</p>}
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
                {may('admin') && (
                  <th scope="col">
                    <span class="hidden-text">{columns.actions}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {limits.map((limit) => (
                <LimitRow
                  key={`${limit.scope} ${limit.child ?? ''} ${limit.name}`}
                  limit={limit}
                  nameOfKey={nameOfKey}
                  onDeed={(kind, scope) => setOpen({ kind, scope })}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {value && open?.kind === 'create' && (
        <LimitForm limits={value.limits} nameOfKey={nameOfKey} onClose={close} onDone={done} />
      )}
      {value && open?.kind === 'edit' && (
        <LimitForm
          limits={value.limits}
          known={open.scope}
          nameOfKey={nameOfKey}
          onClose={close}
          onDone={done}
        />
      )}
      {open?.kind === 'remove' && (
        <RemoveLimit scope={open.scope} nameOfKey={nameOfKey} onClose={close} onDone={done} />
      )}
    </div>
  );
};
