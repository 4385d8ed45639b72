import { parseBodiesUrl } from './parse-bodies-url.ts';
import { parseCount } from './parse-values.ts';
import { type Parse, setting } from './setting.ts';

/** Where keys, budgets, limits and the log are kept. */
type StorageType = 'files' | 'postgresql';

const parseStorageType: Parse<StorageType> = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'files' || word === 'postgresql' ? word : undefined;
};

/** What budgets and limits do while their database does not answer. */
export type StorageFallback = 'open' | 'closed';

const parseFallback: Parse<StorageFallback> = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'open' || word === 'closed' ? word : undefined;
};

const parsePostgresUrl: Parse<string> = (text) => {
  const url = text.trim();
  const isKnown = URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol);
  return isKnown ? url : undefined;
};

/** Where keys, budgets, limits and the log are kept. */
export const STORAGE_SETTINGS = {
  storageType: setting({
    variable: 'STORAGE_TYPE',
    path: ['storage', 'type'],
    takes: 'files or postgresql',
    summary:
      'where keys, budgets, limits and the log are kept: in the data folder, or in a database for all gateways',
    parse: parseStorageType,
    fallback: 'files',
  }),
  postgresUrl: setting({
    variable: 'POSTGRES_URL',
    path: ['storage', 'postgresql', 'url'],
    takes: 'an address such as postgres://user:password@host:5432/gomodel',
    summary: 'the database of STORAGE_TYPE=postgresql',
    secret: true,
    parse: parsePostgresUrl,
  }),
  postgresMaxConns: setting({
    variable: 'POSTGRES_MAX_CONNS',
    path: ['storage', 'postgresql', 'max_conns'],
    takes: 'a whole number above 0',
    summary: 'how many connections to the database each process may have',
    parse: parseCount,
    fallback: '10',
  }),
  postgresFallback: setting({
    variable: 'POSTGRES_FALLBACK',
    path: ['storage', 'postgresql', 'fallback'],
    takes: 'open or closed',
    summary:
      'while the database does not answer: open lets requests in within what was last known to be left, closed refuses those that have a budget or a limit',
    parse: parseFallback,
    fallback: 'open',
  }),
  bodiesUrl: setting({
    variable: 'BODIES_URL',
    path: ['storage', 'bodies_url'],
    takes:
      'an address such as s3://bucket/prefix, with endpoint, region, path_style and write as its only parameters',
    summary: 'an S3-compatible store for the bodies of a log in PostgreSQL, in place of a table',
    secret: true,
    parse: parseBodiesUrl,
  }),
} as const;
