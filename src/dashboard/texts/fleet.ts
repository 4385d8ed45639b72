// Words of the page that shows who works with what.
import { count } from './count.ts';

export const fleetTexts = {
  fleet: {
    period: 'Period',
    days: { '1': 'Today', '7': '7 days', '30': '30 days', '365': 'A year' } as Readonly<
      Record<string, string>
    >,
    told: (exchanges: number, isWhole: boolean) =>
      `${count(exchanges, 'exchange', 'exchanges')}.${isWhole ? '' : ' Lost caches were counted over some of them.'}`,
    policy: (version: string) => `Policy for everybody: ${version}`,
    noPolicy: 'There is no policy, so nobody can be enrolled.',
    empty: 'No requests in this period',
    people: 'People',
    clients: 'Clients',
    repositories: 'Repositories',
    others: 'Answered by another model',
    columns: {
      who: 'Who',
      path: 'User path',
      enrolled: 'Policy',
      with: 'Clients',
      client: 'Client',
      version: 'Version',
      people: 'People',
      requests: 'Requests',
      losses: 'Cache losses',
      lost: 'Tokens paid again',
      lostCost: 'Their cost',
      cost: 'Cost',
      repository: 'Repository',
      asked: 'Asked for',
      served: 'Answered by',
      provider: 'Provider',
      last: 'Last seen',
    },
    enrolled: {
      current: 'follows it',
      old: 'an older version',
      no: 'not enrolled',
      unknown: '–',
    },
    notEnrolled: (people: number) => `${count(people, 'person is', 'people are')} not enrolled`,
  },
} as const;
