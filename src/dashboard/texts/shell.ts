// Words of the frame around every page: navigation, theme, connection, log-in, keyboard.
import { count } from './count.ts';

export const shellTexts = {
  brandLabel: 'gomodel-ts, audit log',
  pagesLabel: 'Pages',
  pages: {
    audit: 'Audit',
    sessions: 'Sessions',
    usage: 'Usage',
    keys: 'Keys',
    budgets: 'Budgets',
    limits: 'Limits',
    'admin-log': 'Admin log',
    fleet: 'Fleet',
    'sign-ins': 'Sign-ins',
    compare: 'Compare',
    connect: 'Connect',
  },
  loading: 'Loading',
  close: 'Close',
  demo: 'demo upstream',
  theme: {
    system: 'Theme: system. Switch to light',
    light: 'Theme: light. Switch to dark',
    dark: 'Theme: dark. Switch to system',
  },
  connection: {
    short: { connecting: 'Connecting', live: 'Live', lost: 'Offline' },
    title: {
      connecting: 'Connecting to the gateway',
      live: 'Requests appear as they happen',
      lost: 'No connection to the gateway',
    },
    lost: 'No connection to the gateway: this page shows the last known state. Trying again.',
    now: 'Try now',
  },
  trouble: {
    log: (message: string) => `The log is not being written: ${message}`,
    lost: (lines: number, bodies: number) =>
      `The log lacks ${[lines && count(lines, 'line', 'lines'), bodies && count(bodies, 'body', 'bodies')]
        .filter(Boolean)
        .join(' and ')} that could not be written since the gateway started.`,
    interrupted: (requests: number) =>
      `${count(requests, 'request was', 'requests were')} under way when an earlier gateway was killed.`,
    show: 'Show',
    dismiss: 'Dismiss',
  },
  errors: {
    title: 'This could not be loaded',
    retry: 'Try again',
    unreachable: 'The gateway does not answer.',
    unreachableHint: 'Is it running? Start it with: gomodel-ts serve',
    status: (status: number) => `The gateway answered ${status}.`,
  },
  login: {
    intro: 'This gateway asks for a key. Enter the master key or your own to see its log.',
    label: 'Master key or your own',
    in: 'Log in',
    out: 'Log out',
    busy: 'Checking…',
    tooMany: (seconds: number) => `Too many attempts. Wait ${count(seconds, 'second', 'seconds')}.`,
    signIn: 'Sign in with your company account',
    hint: 'The master key is the value of GOMODEL_MASTER_KEY in the shell that started the gateway. This browser keeps a cookie, not the key.',
  },
  help: {
    title: 'Keys',
    keys: [
      [['/'], 'Search'],
      [['j', 'k'], 'Next, previous row'],
      [['Enter'], 'Open the row'],
      [['Esc'], 'Close the drawer or the session'],
      [['e'], 'Failures alone; in a session, the next failure'],
      [['c'], 'Copy as curl'],
      [['←', '→'], 'Change the section, in the tabs'],
      [['?'], 'This help'],
    ] as ReadonlyArray<readonly [keys: readonly string[], does: string]>,
    hint: 'The address bar holds the whole view: filters, open row and section. Share the address to share the view.',
  },
} as const;
