import type { FleetAnswer, FleetUse } from '../../../admin/api-types/fleet.ts';
import { Segments } from '../../parts/segments.tsx';
import { api } from '../../state/api.ts';
import { formatAgo, formatCost, formatCount, formatWhole } from '../../state/format.ts';
import { minuteMs } from '../../state/now.ts';
import { addressOf, query } from '../../state/route.ts';
import { useLoad } from '../../state/use-load.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { type Column, FactsTable, type FactsTableProps } from '../facts-table.tsx';
import { ManagePage } from '../manage-page.tsx';

const DAYS = ['1', '7', '30', '365'] as const;

const { columns } = texts.fleet;

/** What is told of everyone and everything: how much, and when it was last there. */
const use = <Row extends FleetUse>(): readonly Column<Row>[] => [
  { head: columns.requests, kind: 'number', cell: ({ requests }) => formatWhole(requests) },
  { head: columns.cost, kind: 'number', cell: ({ cost }) => formatCost(cost) },
  {
    head: columns.last,
    kind: 'number',
    cell: ({ last_id: id, last_request_at: at }) =>
      id === undefined ? (
        formatAgo(at, minuteMs.value)
      ) : (
        <a class="link" data-nav-row href={addressOf('audit', { open: id })}>
          {formatAgo(at, minuteMs.value)}
        </a>
      ),
  },
];

const PEOPLE: readonly Column<FleetAnswer['people'][number]>[] = [
  {
    head: columns.who,
    kind: 'name',
    cell: ({ name, id }) => visibleText(name ?? id),
    title: ({ id }) => id,
  },
  { head: columns.path, cell: ({ user_path: path }) => visibleText(path ?? '–') },
  {
    head: columns.enrolled,
    cell: ({ enrolled }) => <span class={`enrolled-${enrolled}`}>{texts.fleet.enrolled[enrolled]}</span>,
    title: ({ policy }) => policy,
  },
  { head: columns.with, kind: 'wide', cell: ({ clients }) => visibleText(clients.join(', ')) },
  ...use<FleetAnswer['people'][number]>(),
];

const CLIENTS: readonly Column<FleetAnswer['clients'][number]>[] = [
  { head: columns.client, kind: 'name', cell: ({ name }) => visibleText(name) },
  { head: columns.version, cell: ({ version }) => visibleText(version ?? '–') },
  { head: columns.people, kind: 'number', cell: ({ people }) => formatWhole(people) },
  { head: columns.losses, kind: 'number', cell: (client) => formatWhole(client.cache_losses) },
  { head: columns.lost, kind: 'number', cell: (client) => formatCount(client.lost_tokens) },
  { head: columns.lostCost, kind: 'number', cell: (client) => formatCost(client.lost_cost) },
  ...use<FleetAnswer['clients'][number]>(),
];

const REPOSITORIES: readonly Column<FleetAnswer['repositories'][number]>[] = [
  { head: columns.repository, kind: 'name', cell: ({ repository }) => visibleText(repository) },
  { head: columns.people, kind: 'number', cell: ({ people }) => formatWhole(people) },
  ...use<FleetAnswer['repositories'][number]>(),
];

const OTHER_MODELS: readonly Column<FleetAnswer['other_models'][number]>[] = [
  { head: columns.asked, kind: 'name', cell: ({ asked }) => visibleText(asked) },
  { head: columns.served, cell: ({ served }) => visibleText(served) },
  { head: columns.provider, cell: ({ provider }) => visibleText(provider ?? '–') },
  ...use<FleetAnswer['other_models'][number]>(),
];

/** A table of rows that there are; none where there are none. */
const Table = <Row,>({ rows, ...table }: FactsTableProps<Row>) =>
  rows.length > 0 ? <FactsTable rows={rows} {...table} /> : null;

const Facts = ({ answer }: { answer: FleetAnswer }) => {
  const missing = answer.people.filter(({ enrolled }) => enrolled === 'no').length;
  return (
    <p class="fleet-facts">
      {answer.policy === undefined ? texts.fleet.noPolicy : texts.fleet.policy(answer.policy)}
      {missing > 0 && ` · ${texts.fleet.notEnrolled(missing)}`}
      <span class="dim"> · {texts.fleet.told(answer.exchanges, answer.is_whole)}</span>
    </p>
  );
};

/** Who works with which client, who is not enrolled, and what became of it. */
export const FleetPage = () => {
  const days = DAYS.find((known) => known === query.value.get('days')) ?? '7';
  const load = useLoad(`fleet ${days}`, (signal) => api.fleet({ days: Number(days) }, signal));
  const { fleet } = texts;
  return (
    <ManagePage
      name="fleet"
      load={load}
      bar={
        <Segments
          name="days"
          label={fleet.period}
          chosen={days}
          options={DAYS.map((known) => [known, fleet.days[known] ?? known])}
        />
      }
      emptiness={({ people }) => (people.length > 0 ? undefined : { icon: 'history', title: fleet.empty })}
    >
      {(answer) => (
        <>
          <Facts answer={answer} />
          <Table label={fleet.people} columns={PEOPLE} rows={answer.people} keyOf={({ id }) => id} />
          <Table
            label={fleet.clients}
            columns={CLIENTS}
            rows={answer.clients}
            keyOf={({ name, version }) => `${name} ${version}`}
          />
          <Table
            label={fleet.repositories}
            columns={REPOSITORIES}
            rows={answer.repositories}
            keyOf={({ repository }) => repository}
          />
          <Table
            label={fleet.others}
            columns={OTHER_MODELS}
            rows={answer.other_models}
            keyOf={({ asked, served, provider }) => `${asked} ${served} ${provider}`}
          />
        </>
      )}
    </ManagePage>
  );
};
