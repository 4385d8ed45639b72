import { cutForeignText } from '../base/foreign-text.ts';
import type { Attempt, ExchangeRecord } from './record.ts';

/** Names and ids: the longest of a known provider have 120 characters. */
const MAX_NAME = 200;
/** A turn of an agent has some ten calls; the log lists them by name on one line. */
const MAX_TOOL_CALLS = 500;
const MAX_LOSSES = 100;

type Redact = (text: string) => string;

/**
 * Takes secrets out of every member of a record that a client or an upstream fills, and cuts what is too
 * long, in place. Called before a record goes anywhere: to the disk, the terminal, the page. So whoever fills
 * a member need not think of it.
 */
export const redactRecord = (record: ExchangeRecord, redact: Redact): void => {
  // What is cut first cannot be searched for long; what is cut again is what a replacement made longer.
  const clean = (text: string, maxLength: number): string =>
    cutForeignText(redact(cutForeignText(text, 2 * maxLength)), maxLength);
  const name = (text: string): string => clean(text, MAX_NAME);
  const error = (said: NonNullable<Attempt['error']>): void => {
    said.code = name(said.code);
    said.message = redact(cutForeignText(said.message));
  };

  for (const key of [
    'model',
    'requestedModel',
    'sentModel',
    'upstreamModel',
    'responseId',
    'previousResponseId',
    'upstreamRequestId',
  ] as const) {
    const value = record[key];
    if (value !== undefined) record[key] = name(value);
  }
  if (record.error) error(record.error);
  for (const attempt of record.attempts ?? []) {
    if (attempt.model !== undefined) attempt.model = name(attempt.model);
    if (attempt.error) error(attempt.error);
  }
  const { client, request, response, translation } = record;
  for (const key of Object.keys(client) as (keyof typeof client)[]) {
    const value = client[key];
    if (value !== undefined) client[key] = name(value);
  }
  if (request.encoding !== undefined) request.encoding = name(request.encoding);
  for (const key of ['toolCalls', 'scriptCalls'] as const) {
    const called = response[key];
    if (called) response[key] = called.slice(0, MAX_TOOL_CALLS).map(name);
  }
  if (translation) translation.losses = translation.losses.slice(0, MAX_LOSSES).map(name);
};
