import type { Response } from 'express';
import { INERT_ANSWER } from '../base/inert-answer.ts';
import { translationField } from '../forward/relay/translate-answer.ts';
import type { Destination } from '../forward/route/destination.ts';
import { noteDestination } from '../forward/route/note-destination.ts';
import type { UpstreamClient } from '../forward/send/create-upstream-client.ts';
import type { PrepareCount, PreparedCount } from '../forward/send/prepare-count.ts';
import type { AskedRequest } from '../forward/send/prepare-request.ts';
import type { Exchange } from '../log/exchange.ts';
import type { Upstream } from '../providers/upstream.ts';

export interface AnswerCountDeps {
  readonly prepareCount: PrepareCount;
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
}

interface CountInput {
  readonly exchange: Exchange;
  readonly asked: AskedRequest;
  readonly destination: Destination;
  readonly response: Response;
}

/** A count is a few dozen bytes. */
const MAX_BYTES = 64 * 1024;

const readStart = async (message: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
};

/** @returns tokens, or why there are none, in a few words */
const askForCount = (
  { request, read }: NonNullable<PreparedCount['asked']>,
  { upstream, send }: UpstreamClient,
  response: Response,
): Promise<number | string> =>
  new Promise((resolve) => {
    const unread = (what: string): void => resolve(`${upstream.name} ${what}`);
    const leave = send(request, {
      onAnswer: (message) => {
        const { statusCode = 502 } = message;
        if (statusCode >= 300) {
          message.destroy();
          unread(`answered ${statusCode}`);
          return;
        }
        readStart(message).then(
          (body) => {
            const tokens = read(body);
            if (tokens === undefined) unread('gave no count');
            else resolve(tokens);
          },
          () => unread('broke off'),
        );
      },
      onFailure: ({ code }) => unread(`failed: ${code}`),
    });
    response.once('close', leave);
  });

/**
 * Answers a client of Anthropic's API that asks how many tokens a request has, where the provider speaks another
 * one: with the provider's own count, else with an estimate that says so.
 */
export const createAnswerCount = ({ prepareCount, clientFor }: AnswerCountDeps) => {
  const send = ({ exchange, response }: CountInput, { dialect }: PreparedCount, told: Counted): void => {
    if (response.destroyed) return;
    const body = Buffer.from(JSON.stringify({ input_tokens: told.tokens }));
    const { record } = exchange;
    record.status = 200;
    record.response.finish = 'completed';
    record.response.bytes = body.length;
    record.translation = { dialect, losses: [...told.losses] };
    exchange.appendResponseBody(body);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      'request-id': exchange.id,
      'x-request-id': exchange.id,
      'x-gomodel-translation': translationField({ dialect, losses: told.losses }),
      ...INERT_ANSWER,
    });
    response.end(body);
  };

  return async (input: CountInput): Promise<void> => {
    const { exchange, asked, destination, response } = input;
    const prepared = prepareCount(asked, destination);
    noteDestination(exchange.record, destination, asked.model);
    exchange.commit();
    const { losses, estimate } = prepared;
    const estimated = (why: string): Counted => ({
      tokens: estimate,
      losses: [...losses, `exact count (${why}: this is an estimate)`],
    });
    if (prepared.asked === undefined) {
      send(input, prepared, estimated(`${destination.upstream.name} counts nothing beforehand`));
      return;
    }
    const counted = await askForCount(prepared.asked, clientFor(destination.upstream), response);
    send(input, prepared, typeof counted === 'number' ? { tokens: counted, losses } : estimated(counted));
  };
};

interface Counted {
  readonly tokens: number;
  readonly losses: readonly string[];
}
