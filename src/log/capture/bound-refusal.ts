import type { ExchangeRecord } from '../record.ts';

/** Enough to recognise who asked for what. */
const MAX_PATH = 200;
const MAX_MESSAGE = 300;
const MAX_NAME = 64;

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}…` : text);

/** What is looked at of the path of a client that may still be refused. */
const MAX_READ_PATH = 600;
/** A key that begins in what is shown is whole in what was looked at, and so is found. */
const MAX_KEY = 400;

/**
 * The path of a request as it is recorded until its client is let in: as a whole where it is short, else its
 * beginning.
 * @param redact takes time with the length of what it is given
 */
export const pathOfUnknown = (path: string, redact: (path: string) => string): string => {
  if (path.length <= MAX_READ_PATH) return redact(path);
  const read = redact(path.slice(0, MAX_READ_PATH));
  return cut(`${read.slice(0, Math.max(0, read.length - MAX_KEY))}…`, MAX_PATH);
};

/** Shortens what a client that was not let in has put into its record: it must not fill the log. */
export const boundRefusal = (record: ExchangeRecord): void => {
  const { client, error, clientRequestId } = record;
  record.method = cut(record.method, MAX_NAME);
  record.path = cut(record.path, MAX_PATH);
  for (const name of Object.keys(client) as (keyof typeof client)[]) {
    const text = client[name];
    if (text !== undefined) client[name] = cut(text, MAX_NAME);
  }
  if (error) error.message = cut(error.message, MAX_MESSAGE);
  if (clientRequestId !== undefined) record.clientRequestId = cut(clientRequestId, MAX_NAME);
};
