import type { ExchangeRecord } from '../record.ts';

/** Enough to recognise who asked for what. */
const MAX_PATH = 200;
const MAX_MESSAGE = 300;
const MAX_NAME = 64;

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}…` : text);

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
