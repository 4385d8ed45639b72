/** What the gateway itself runs out of, in words: each is a test of its own. */
export const RESOURCE_FAULTS = {
  diskFull: {
    name: 'whose disk is full',
    client: 'served as ever',
    record: 'written once there is room; the tail and /readyz say it meanwhile',
  },
  readOnly: {
    name: 'whose data folder is read-only',
    client: 'served as ever',
    record: 'written once that is possible',
  },
  clock: {
    name: 'whose clock jumps a day forth in mid-request, and two days back',
    client: 'served as ever',
    record: 'completed, with the duration that it took',
  },
  descriptors: {
    name: 'that has no file descriptor left',
    client: '200, 503 of the gateway, or a closed connection; 200 again afterwards',
    record: 'one for every answer; the failures are the gateway’s',
  },
  terminal: {
    name: 'whose terminal takes none of 1 MB of its tail',
    client: 'served as ever',
    record: 'all of it',
  },
  tailGone: {
    name: 'whose tail is no longer read by anybody',
    client: 'served as ever',
    record: 'completed',
  },
} as const;
