import type { FleetAnswer } from '../../../admin/api-types/fleet.ts';
import { LoadFailed, Loading, Notice } from '../../parts/notice.tsx';
import { Segments } from '../../parts/segments.tsx';
import { api } from '../../state/api.ts';
import { formatCost, formatCount, formatWhole } from '../../state/format.ts';
import { query } from '../../state/route.ts';
import { useLoad } from '../../state/use-load.ts';
import { texts } from '../../texts.ts';
import { visibleText } from '../../turn/visible-text.ts';
import { ManageBar } from '../manage-bar.tsx';
import { FleetTable } from './fleet-table.tsx';

const DAYS = ['1', '7', '30'] as const;

const People = ({ answer }: { answer: FleetAnswer }) => (
  <FleetTable
    title={texts.fleet.people}
    columns={['who', 'path', 'enrolled', 'with', 'requests', 'cost']}
    rows={answer.people}
    keyOf={({ id }) => id}
    cells={(person) => [
      <span key="who" title={person.id}>
        {visibleText(person.name ?? person.id)}
      </span>,
      visibleText(person.user_path ?? ''),
      <span key="enrolled" class={`enrolled-${person.enrolled}`} title={person.policy}>
        {texts.fleet.enrolled[person.enrolled]}
      </span>,
      visibleText(person.clients.join(', ')),
      formatWhole(person.requests),
      formatCost(person.cost),
    ]}
  />
);

const Clients = ({ answer }: { answer: FleetAnswer }) => (
  <FleetTable
    title={texts.fleet.clients}
    columns={['client', 'version', 'people', 'requests', 'losses', 'lost', 'lostCost', 'cost']}
    rows={answer.clients}
    keyOf={({ name, version }) => `${name} ${version}`}
    cells={(client) => [
      visibleText(client.name),
      visibleText(client.version ?? ''),
      formatWhole(client.people),
      formatWhole(client.requests),
      formatWhole(client.cache_losses),
      formatCount(client.lost_tokens),
      formatCost(client.lost_cost),
      formatCost(client.cost),
    ]}
  />
);

const Repositories = ({ answer }: { answer: FleetAnswer }) => (
  <FleetTable
    title={texts.fleet.repositories}
    columns={['repository', 'people', 'requests', 'cost']}
    rows={answer.repositories}
    keyOf={({ repository }) => repository}
    cells={({ repository, people, requests, cost }) => [
      visibleText(repository),
      formatWhole(people),
      formatWhole(requests),
      formatCost(cost),
    ]}
  />
);

const OtherModels = ({ answer }: { answer: FleetAnswer }) => (
  <FleetTable
    title={texts.fleet.others}
    columns={['asked', 'served', 'provider', 'requests', 'cost']}
    rows={answer.other_models}
    keyOf={({ asked, served, provider }) => `${asked} ${served} ${provider}`}
    cells={({ asked, served, provider, requests, cost }) => [
      visibleText(asked),
      visibleText(served),
      visibleText(provider ?? ''),
      formatWhole(requests),
      formatCost(cost),
    ]}
  />
);

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
  const { value, error, reload } = useLoad(`fleet ${days}`, (signal) =>
    api.fleet({ days: Number(days) }, signal),
  );
  return (
    <div class="manage fleet page-scroller" tabIndex={0} role="region" aria-label={texts.pages.fleet}>
      <ManageBar>
        <Segments
          name="days"
          label={texts.fleet.period}
          chosen={days}
          options={DAYS.map((known) => [known, texts.fleet.days[known] ?? known])}
        />
      </ManageBar>
      {error && !value ? (
        <LoadFailed error={error} retry={reload} />
      ) : !value ? (
        <Loading lines={10} />
      ) : value.people.length === 0 ? (
        <Notice icon="history" title={texts.fleet.empty} />
      ) : (
        <>
          <Facts answer={value} />
          <People answer={value} />
          <Clients answer={value} />
          <Repositories answer={value} />
          <OtherModels answer={value} />
        </>
      )}
    </div>
  );
};
