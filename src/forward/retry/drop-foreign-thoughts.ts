import { GatewayError } from '../../base/errors.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { Upstream } from '../../providers/upstream.ts';
import { apiOfPath } from '../../sse/answer-summary.ts';
import { mayHoldThoughts, namesOfThoughts, withoutThoughts } from '../../translate/foreign-thoughts.ts';
import type { UpstreamAnswer } from '../relay/upstream-answer.ts';
import type { Send, SentRequest } from '../send/create-sender.ts';
import type { WatchHandlers } from '../send/watch-request.ts';
import { readFailedAnswer } from './read-failed-answer.ts';

/** By this code OpenAI's own API and Azure refuse what they have not encrypted themselves. */
const REFUSED = 'invalid_encrypted_content';

/** Thoughts that a provider has refused, by their digests: some 100 bytes each. */
const MAX_KNOWN = 20_000;

interface ThoughtfulInput {
  readonly request: SentRequest;
  readonly send: Send;
  readonly upstream: Upstream;
  readonly exchange: Exchange;
}

/** Whether a request goes by way of `SendThoughts`. @param path below `/v1` */
export const mayBeForeign = (
  path: string,
  { refusesForeignThoughts, native }: Pick<Upstream, 'refusesForeignThoughts' | 'native'>,
  body: Buffer,
): boolean =>
  refusesForeignThoughts === true &&
  native.includes('responses') &&
  apiOfPath(path) === 'responses' &&
  mayHoldThoughts(body);

/** Sends a request whose history may hold thoughts of another provider. @returns what ends it */
type SendThoughts = (input: ThoughtfulInput, handlers: WatchHandlers<UpstreamAnswer>) => () => void;

const withBody = (request: SentRequest, body: Buffer): SentRequest =>
  body === request.body
    ? request
    : { ...request, body, headers: { ...request.headers, 'content-length': body.length } };

const unreadable = (name: string): GatewayError =>
  new GatewayError('upstream_unreachable', `${name} refused the request, and its words could not be read.`, {
    origin: 'upstream',
  });

/**
 * A session that changes to such a provider brings thoughts along that only the one before can decrypt, and is
 * refused for as long as they are in its history. What is refused is left out, once and from then on: the provider's
 * own thoughts stay. The record lists both attempts.
 */
export const createSendThoughts = (clock: Pick<Clock, 'now' | 'monotonic'>): SendThoughts => {
  const refused = new Set<string>();
  const isRefused =
    (provider: string) =>
    (thought: string): boolean =>
      refused.has(`${provider} ${thought}`);
  const note = (provider: string, thoughts: readonly string[]): void => {
    for (const thought of thoughts) refused.add(`${provider} ${thought}`);
    for (const oldest of refused) {
      if (refused.size <= MAX_KNOWN) return;
      refused.delete(oldest);
    }
  };

  return ({ request, send, upstream, exchange }, handlers) => {
    const { name } = upstream;
    const { record } = exchange;
    const startedAtMs = clock.monotonic();
    const sent = withBody(request, withoutThoughts(request.body, isRefused(name)));
    let hasLeft = false;
    let leave = (): void => {};

    const askAgain = (status: number, message: string): void => {
      note(name, namesOfThoughts(sent.body));
      const durationMs = clock.monotonic() - startedAtMs;
      const model = record.sentModel !== undefined && { model: record.sentModel };
      const error = { origin: 'upstream' as const, code: REFUSED, message };
      const first = { provider: name, ...model, status, error, startedMs: 0, durationMs };
      const tell = (second: { readonly status?: number }): void => {
        const took = clock.monotonic() - startedAtMs - durationMs;
        record.attempts = [
          ...(record.attempts ?? []),
          first,
          { provider: name, ...model, ...second, startedMs: durationMs, durationMs: took },
        ];
      };
      leave = send(
        withBody(
          sent,
          withoutThoughts(sent.body, () => true),
        ),
        {
          onAnswer: (answer) => {
            tell({ status: answer.statusCode ?? 502 });
            handlers.onAnswer(answer);
          },
          onFailure: (failure) => {
            tell({});
            handlers.onFailure(failure);
          },
        },
      );
    };

    leave = send(sent, {
      onAnswer: (answer) => {
        if (answer.statusCode !== 400 || namesOfThoughts(sent.body).length === 0) {
          handlers.onAnswer(answer);
          return;
        }
        void readFailedAnswer(answer, clock.now()).then(({ failed }) => {
          if (hasLeft) return;
          if (failed.code === REFUSED) askAgain(400, failed.message);
          else if (failed.told && !(failed.told instanceof GatewayError)) handlers.onAnswer(failed.told);
          else handlers.onFailure(unreadable(name));
        });
      },
      onFailure: (failure) => handlers.onFailure(failure),
    });
    return () => {
      hasLeft = true;
      leave();
    };
  };
};
