import type { LimitStatus } from '../../../guard/limits/limit-port.ts';
import { api } from '../../state/api.ts';
import { formatWhole } from '../../state/format.ts';
import { useLoad } from '../../state/use-load.ts';
import { useReload } from '../../state/use-reload.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { Confirm } from '../confirm.tsx';
import { nameChild, nameScope } from '../describe-scope.ts';
import { type Column, FactsTable } from '../facts-table.tsx';
import { ManagePage } from '../manage-page.tsx';
import { useDialog } from '../use-dialog.ts';
import { type NameOfKey, useKeyNames } from '../use-key-names.ts';
import { LimitForm } from './limit-form.tsx';

const REFRESH_MS = 1000;

/** 1 and above: used up. */
const shareOf = ({ used, limit }: LimitStatus): number => (limit > 0 ? used / limit : 1);

const nameLimit = ({ scope, child }: LimitStatus, nameOfKey: NameOfKey): string =>
  child === undefined ? nameScope(scope, nameOfKey) : nameChild(scope, child, nameOfKey);

const Bar = ({ share }: { share: number }) => (
  <div class="budget-bar" aria-hidden="true">
    <i class="spent" style={{ width: `${(Math.min(1, share) * 100).toFixed(2)}%` }} />
  </div>
);

const columnsOf = (nameOfKey: NameOfKey): readonly Column<LimitStatus>[] => {
  const { columns, names } = texts.limits;
  return [
    {
      head: columns.scope,
      kind: 'name',
      cell: (limit) => (
        <>
          {visibleText(nameLimit(limit, nameOfKey))}
          {limit.child !== undefined && <code class="dim"> {visibleText(limit.scope)}</code>}
        </>
      ),
    },
    { head: columns.what, cell: ({ name }) => names[name] ?? name },
    { head: columns.bar, kind: 'bar', cell: (limit) => <Bar share={shareOf(limit)} /> },
    { head: columns.used, kind: 'number', cell: ({ used }) => formatWhole(used) },
    { head: columns.left, kind: 'number', cell: ({ used, limit }) => formatWhole(Math.max(0, limit - used)) },
    { head: columns.limit, kind: 'number', cell: ({ limit }) => formatWhole(limit) },
  ];
};

type Open = { readonly kind: 'create' } | { readonly kind: 'edit' | 'remove'; readonly scope: string };

/** How full each limit is at the moment. */
export const LimitsPage = () => {
  const load = useLoad('limits', api.limits);
  useReload(load.reload, REFRESH_MS, ({ type }) => (type === 'update' ? undefined : 'later'));
  const nameOfKey = useKeyNames();
  const { open, show, close, done } = useDialog<Open>(load.reload);
  const { limits } = texts;
  const openDialog = () => {
    if (!open || !load.value) return null;
    const parts = { limits: load.value.limits, nameOfKey, onClose: close, onDone: done };
    if (open.kind === 'create') return <LimitForm {...parts} />;
    const { kind, scope } = open;
    if (kind === 'edit') return <LimitForm {...parts} known={scope} />;
    const name = nameScope(scope, nameOfKey);
    return (
      <Confirm
        title={limits.removeTitle(name)}
        label={limits.remove}
        willDo={[limits.will.remove(name), limits.will.removeOthers]}
        isFinal
        send={async () => {
          await api.removeLimit(scope);
          done();
        }}
        onClose={close}
      />
    );
  };
  return (
    <ManagePage
      name="limits"
      load={load}
      bar={<span class="dim">{limits.hint}</span>}
      add={{ label: limits.add, onClick: () => show({ kind: 'create' }) }}
      emptiness={(answer) =>
        answer.limits.length > 0
          ? undefined
          : { icon: 'gauge', title: limits.empty, hint: limits.emptyHint, reading: limits.emptyReading }
      }
      dialog={openDialog()}
    >
      {(answer) => (
        <FactsTable
          label={limits.tableLabel}
          class="limits"
          columns={columnsOf(nameOfKey)}
          rows={answer.limits.toSorted((one, other) => shareOf(other) - shareOf(one))}
          keyOf={({ scope, child, name }) => `${scope} ${child ?? ''} ${name}`}
          rowClass={(limit) => (shareOf(limit) >= 1 ? 'full' : '')}
          deeds={(limit) => ({
            name: nameLimit(limit, nameOfKey),
            elsewhere: limit.source === 'store' ? undefined : texts.budgets.sources[limit.source],
            deeds: [
              [limits.edit, () => show({ kind: 'edit', scope: limit.scope })],
              [limits.remove, () => show({ kind: 'remove', scope: limit.scope })],
            ],
          })}
        />
      )}
    </ManagePage>
  );
};
