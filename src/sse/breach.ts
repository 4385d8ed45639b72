/** How a stream has broken the grammar of its API, so that what it says is not one whole answer. */
export interface Breach {
  readonly code: 'upstream_answer_unreadable' | 'upstream_stream_restarted';
  /** Without the `gomodel-ts: ` prefix. */
  readonly message: string;
}

const notPassedOn = (what: string): Breach => ({
  code: 'upstream_answer_unreadable',
  message: `${what}, so it was not passed on. Try again; if it happens again, the provider or a proxy in front of it is at fault.`,
});

const MAX_NAME = 100;

export const brokenCall = (name: string): Breach =>
  notPassedOn(`the upstream's call of ${name.slice(0, MAX_NAME)} has arguments that are not whole`);

export const repeatedCall = (name: string): Breach =>
  notPassedOn(`the upstream sent its call of ${name.slice(0, MAX_NAME)} twice`);

export const lostCall = (name: string): Breach =>
  notPassedOn(`the upstream ended its answer without the rest of a call of ${name.slice(0, MAX_NAME)}`);

export const brokenEvent = (): Breach => notPassedOn('an event of the upstream is broken JSON');

export const restartedStream = (): Breach => ({
  code: 'upstream_stream_restarted',
  message:
    'the upstream started its answer again in mid-stream, as happens when an intermediary retries: the first part is incomplete. Try again.',
});
