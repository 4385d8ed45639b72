// Words of the tab's title and of notifications.
export const alertsTexts = {
  alerts: {
    title: 'gomodel-ts',
    unseen: (alerts: number) => `(${alerts})`,
    running: (requests: number) => `▸${requests}`,
    failed: (message: string) => `A request failed: ${message}`,
    lost: (tokens: string) => `The cache was lost: ${tokens} tokens read anew`,
    lostFor: (cost: string, tokens: string) =>
      `The cache was lost: ${tokens} tokens read anew, ${cost} more than from the cache`,
    open: 'Alerts',
    what: 'While this tab is hidden, its title counts failures, answers by another model than was asked for, and sessions that lose their prompt cache.',
    notify: 'Notify me of them as well',
    cannot: 'Browsers allow notifications over https and on this machine alone.',
    sum: 'Tell of a session that has lost its cache for more than (USD)',
    sumHint: (cost: string) =>
      `Kept in this browser; the gateway’s own is ${cost} (CACHE_LOSS_NOTICE). 0: never.`,
    sumProblem: 'An amount in USD, such as 0.50.',
    refused: 'The browser does not allow notifications for this page',
  },
} as const;
