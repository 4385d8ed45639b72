// Words of the page of keys and its forms.
import { count } from './count.ts';

export const keysTexts = {
  keys: {
    add: 'New key',
    search: 'Search names, ids, paths, labels',
    show: 'Which keys',
    active: 'In use',
    all: 'All, revoked ones too',
    tableLabel: 'Keys, the newest first',
    columns: {
      name: 'Name',
      role: 'Role',
      userPath: 'For',
      labels: 'Labels',
      may: 'May use',
      ends: 'Expires',
      used: 'Last 30 days',
    },
    states: { active: 'in use', expired: 'expired', revoked: 'revoked' },
    roles: { admin: 'admin', auditor: 'auditor', member: 'member', user: 'user' },
    roleOptions: [
      ['user', 'user: only for requests'],
      ['member', 'member: sees its own subtree'],
      ['auditor', 'auditor: sees everything'],
      ['admin', 'admin: changes everything'],
    ] as const,
    bodyOptions: [
      ['', 'as the role has it'],
      ['own', 'own requests’ bodies'],
      ['all', 'all bodies of what it sees'],
      ['none', 'no bodies'],
    ] as const,
    everything: 'everything',
    nobody: 'nobody in particular',
    saysPath: 'may say a path',
    never: 'never',
    yes: 'yes',
    no: 'no',
    none: 'none',
    inLog: 'In the log',
    more: (left: number) => `${count(left, 'more key', 'more keys')}: search for one.`,
    empty: 'No keys yet',
    emptyHint:
      'A key for each person or program can be limited, seen in the log, and taken back within a second.',
    emptyReading:
      'Whoever has the role admin makes them, here or with: npx gomodel-ts keys create --name anna',
    edit: 'Edit',
    rotate: 'Rotate',
    revoke: 'Revoke',
    /** For screen readers: several rows have a button of one name. */
    of: (name: string) => `the key ${name}`,
    createTitle: 'New key',
    editTitle: (name: string) => `Edit the key ${name}`,
    rotateTitle: (name: string) => `Rotate the key ${name}`,
    revokeTitle: (name: string) => `Revoke the key ${name}`,
    create: 'Make the key',
    save: 'Save',
    fields: {
      name: ['Name', 'A person or a program, such as anna or ci.'],
      role: ['Role', 'What it may see and change on this page.'],
      userPath: ['User path', 'For whom its requests are, such as /team/alpha.'],
      acceptsUserPath: 'Its requests may say a path themselves, below this one',
      labels: ['Labels', 'Put on each of its requests; several with commas.'],
      models: ['Models', 'Such as gpt-5*, o4-mini. Empty: every model.'],
      providers: ['Providers', 'Such as openai. Empty: every provider.'],
      bodies: ['Bodies it shows', 'On this page, of what it may see.'],
      expires: ['Expires', '12h, 90d, 4w, or a date such as 2027-01-31. Empty: never.'],
    },
    shownTitle: (name: string) => `The key of ${name}`,
    shownOnce: 'It is shown this once: only a hash of it is kept. Copy it to where it is needed.',
    shownUse:
      'Codex reads it from OPENAI_API_KEY in the shell that starts it; other clients send it as their API key.',
    copyKey: 'Copy the key',
    shownDone: 'I have copied it',
    will: {
      make: (name: string) => `Make a key ${name}, and show it once.`,
      path: (path: string, says: boolean) =>
        says
          ? `Count its requests for ${path}, or for a path below that a request says itself.`
          : `Count its requests for ${path}.`,
      noPath: (says: boolean) =>
        says
          ? 'Count its requests for the path that each says itself.'
          : 'Count its requests for nobody in particular.',
      labels: (labels: string) => `Label its requests ${labels}.`,
      may: (models: string, providers: string) => `Let it use ${models} of ${providers}; refuse all else.`,
      mayAll: 'Let it use every model of every provider.',
      models: (list: string) => `the models ${list}`,
      everyModel: 'every model',
      providers: (list: string) => list,
      everyProvider: 'every provider',
      user: 'Show it no page: it is for requests alone.',
      member: (path: string, bodies: string) =>
        `Show it the log, sessions and usage of ${path} and below, ${bodies}.`,
      auditor: (bodies: string) => `Show it everything, ${bodies}, and let it change nothing.`,
      admin: (bodies: string) =>
        `Show it everything, ${bodies}, and let it change keys, budgets and policies.`,
      bodies: {
        own: 'with the bodies of its own requests',
        all: 'with all bodies',
        none: 'without bodies',
      },
      ends: (when: string) => `End it on ${when}.`,
      endsUnknown: (text: string) => `End it at “${text}”, if that is a span or a date.`,
      endless: 'Keep it until it is revoked.',
      nothing: 'Nothing yet: no term differs from what it is.',
      change: (term: string, from: string, to: string) => `${term}: ${from} → ${to}`,
      fromNow: 'Obey this from its next request on.',
      rotate: (name: string, id: string) =>
        `Give ${name} (${id}) a new secret, and show it once. Its terms stay as they are.`,
      rotateOld: 'Refuse the old secret at once, wherever it is still used.',
      revoke: (name: string, id: string) => `End ${name} (${id}) for good.`,
      revokeRunning: 'Within a second, end what runs on it: requests, streams and open WebSockets.',
      revokeKept: 'Keep its exchanges in the log.',
    },
    warn: {
      guards:
        'This gateway asks for no key today. From this key on it refuses whoever has none: set it in every client, Codex too.',
      locksOut:
        'This page will ask for a key as well, and no key with the role admin could open it: make an admin first.',
      self: 'This is the key that you are logged in with: you will be logged out.',
      final: 'This cannot be taken back.',
      own: 'This is the key that you are logged in with: log in anew with the new one the next time.',
    },
  },
  form: {
    willDo: 'This will',
    cancel: 'Cancel',
    busy: 'Working…',
    done: 'Done',
  },
  manage: {
    label: 'Manage',
    tabsLabel: 'What to manage',
    actions: 'Actions',
  },
} as const;
