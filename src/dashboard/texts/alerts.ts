// Words of the tab's title and of notifications.
export const alertsTexts = {
  alerts: {
    title: 'gomodel-ts',
    unseen: (alerts: number) => `(${alerts})`,
    running: (requests: number) => `▸${requests}`,
    failed: (message: string) => `A request failed: ${message}`,
    lost: (tokens: string) => `The cache was lost: ${tokens} tokens read anew`,
    on: 'Notifications are on: while this tab is hidden, you hear of failures, of other models than asked for, and of 50k tokens lost from the cache. Turn them off',
    off: 'Notify me while this tab is hidden: of failures, of other models than asked for, and of 50k tokens lost from the cache',
    refused: 'The browser does not allow notifications for this page',
  },
} as const;
