// Words of the page of sign-ins.
import { count } from './count.ts';

export const signInsTexts = {
  signIns: {
    search: 'Search people, clients, addresses',
    tableLabel: 'Sign-ins, the one used last first',
    columns: {
      who: 'Who',
      client: 'With',
      from: 'From',
      groups: 'Groups',
      since: 'Since',
      used: 'Last used',
      ends: 'Ends if unused',
    },
    page: 'this page, in a browser',
    you: 'you',
    inLog: 'In the log',
    unknown: '–',
    more: (left: number) => `${count(left, 'more sign-in', 'more sign-ins')}: search for one.`,
    empty: 'Nobody is signed in',
    emptyHint:
      'Whoever signs in with a company account, on this page, in Codex or in Claude Code, is listed here until that ends.',
    nothingFound: 'No sign-in matches',
    closed: 'Nobody can sign in here',
    closedHint:
      'This gateway knows no identity provider. With OIDC_ISSUER set, people sign in with their company accounts.',
    end: 'End',
    endAll: (signIns: number) => `End all ${signIns}`,
    /** For screen readers: several rows have a button of one name. */
    of: (name: string, client: string) => `of ${name}, ${client}`,
    endTitle: (name: string) => `End a sign-in of ${name}`,
    endAllTitle: (name: string) => `End all sign-ins of ${name}`,
    endAllLabel: 'End all',
    will: {
      end: (name: string, client: string, address: string | undefined) =>
        `End the sign-in of ${name} with ${client}${address === undefined ? '' : `, begun from ${address}`}.`,
      endAll: (name: string, clients: readonly string[]) =>
        `End ${count(clients.length, 'sign-in', 'sign-ins')} of ${name}: ${clients.join(', ')}.`,
      running: 'Within a second, in every gateway, refuse its tokens and end what runs on them.',
      runningOfAll: 'Within a second, in every gateway, refuse all their tokens and end what runs on them.',
      log: 'Keep what was asked in the log, and note this in the admin log.',
    },
    warn: {
      again:
        'Whoever has an account at the identity provider can sign in again at once. To keep somebody out, take the account away there first.',
      own: 'You may be looking at this page by this sign-in: then you have to sign in again.',
    },
  },
} as const;
