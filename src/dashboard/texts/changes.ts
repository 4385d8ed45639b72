// Words of the page of the admin log.
export const changesTexts = {
  changes: {
    search: 'Search who, what and on what',
    tableLabel: 'Changes, newest first',
    columns: { when: 'When', who: 'Who', what: 'What', target: 'On', change: 'From what to what' },
    empty: 'Nothing has been changed yet',
    emptyHint:
      'Each change of a key, a policy, a budget or a limit is kept here: who, when, from what to what.',
    nothingFound: 'No change matches',
    more: 'Show older changes',
    actions: {
      'key.create': 'made a key',
      'key.update': 'changed a key',
      'key.rotate': 'rotated a key',
      'key.revoke': 'revoked a key',
      'policy.set': 'set a policy',
      'policy.remove': 'removed a policy',
      'policy.serve': 'was given the rules of',
      'sign-in.end': 'ended a sign-in',
      'person.end': 'ended all sign-ins of a person',
      'budget.set': 'set a budget',
      'budget.remove': 'removed a budget',
      'limit.set': 'set a limit',
      'limit.remove': 'removed a limit',
    } as Readonly<Record<string, string | undefined>>,
    who: {
      master_key: 'the master key',
      none: 'anyone on this machine',
      cli: (user: string) => `${user}, by command`,
      key: (name: string) => `the key ${name}`,
    },
    nothing: 'nothing',
    new: 'new',
    gone: 'gone',
  },
} as const;
