import type { Parse } from './setting.ts';

/** Where an S3-compatible store keeps bodies, as `BODIES_URL` says it. */
export interface BodiesAddress {
  readonly bucket: string;
  /** Without a slash at either end; may be empty. */
  readonly prefix: string;
  /** Absent: Amazon's own for the region. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** Whether the bucket stands in the path, and not in the host's name. */
  readonly usesPathStyle: boolean | undefined;
  /** False: new bodies go to the database; those that are in the store are still read, and deleted in time. */
  readonly writes: boolean;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
}

const BUCKET = /^[a-z\d][a-z\d._-]{1,61}[a-z\d]$/i;
/** What every store takes as it is, and no store reads as a step upwards. */
const SEGMENT = /^[\w=-][\w.=-]{0,99}$/;
const MAX_SEGMENTS = 16;
const REGION = /^[a-z\d][a-z\d-]{0,39}$/;
const PARAMETERS = ['endpoint', 'region', 'path_style', 'write'];

/** True for a name that may become part of a host's name. */
export const isRegion = (text: string): boolean => REGION.test(text);

/** An `http` or `https` address without path, query, user and password. */
export const parseEndpoint = (text: string): string | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined;
  const isBare = url.pathname === '/' && url.search === '' && url.hash === '';
  return isBare && url.username === '' && url.password === '' ? url.origin : undefined;
};

const parseFlag = (text: string): boolean | undefined => {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
};

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text) || undefined;
  } catch {
    return undefined;
  }
};

/**
 * Reads `s3://bucket/prefix?endpoint=https://host&region=eu-central-1&path_style=true&write=false`, with
 * `key-id:secret@` before the bucket where the credentials of the environment are not meant. A parameter that is not
 * known is refused: misspelt, it would send bodies elsewhere.
 */
export const parseBodiesUrl: Parse<BodiesAddress> = (text) => {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url?.protocol !== 's3:' || url.hash !== '' || url.port !== '' || !BUCKET.test(url.hostname))
    return undefined;
  const { searchParams, username, password } = url;
  const names = [...searchParams.keys()];
  if (names.some((name) => !PARAMETERS.includes(name)) || new Set(names).size < names.length)
    return undefined;
  const prefix = url.pathname.split('/').filter((segment) => segment !== '');
  if (prefix.length > MAX_SEGMENTS || !prefix.every((segment) => SEGMENT.test(segment))) return undefined;
  const given = (name: string): string | undefined => searchParams.get(name) ?? undefined;
  const [endpoint, region, style, write] = PARAMETERS.map(given);
  const parsedEndpoint = endpoint === undefined ? undefined : parseEndpoint(endpoint);
  const usesPathStyle = style === undefined ? undefined : parseFlag(style);
  const writes = write === undefined ? true : parseFlag(write);
  const isRefused =
    (endpoint !== undefined && parsedEndpoint === undefined) ||
    (region !== undefined && !isRegion(region)) ||
    (style !== undefined && usesPathStyle === undefined) ||
    (username === '') !== (password === '');
  if (isRefused || writes === undefined) return undefined;
  return {
    bucket: url.hostname,
    prefix: prefix.join('/'),
    endpoint: parsedEndpoint,
    region,
    usesPathStyle,
    writes,
    accessKeyId: decode(username),
    secretAccessKey: decode(password),
  };
};
