import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import { peerOf, setPeer } from './peer-of.ts';

/** Finds out who a request is from, where proxies that are trusted brought it. To be called before it is served. */
export type SeeThroughProxies = (request: IncomingMessage) => void;

/** Longer chains were made up. */
const MAX_HOPS = 32;
const MAX_FIELD = 4096;

const FIELDS = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'x-real-ip',
  'forwarded',
] as const;

/** IPv4 addresses have an IPv6 form, which some systems give for IPv4 connections. */
const plain = (address: string): string =>
  /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice('::ffff:'.length) : address;

/** An address as proxies write it: alone, with a port, in brackets. */
const addressOf = (text: string): string | undefined => {
  const word = text.trim();
  const inBrackets = word.startsWith('[') ? word.slice(1, word.indexOf(']')) : word;
  const bare = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(inBrackets)
    ? inBrackets.slice(0, inBrackets.indexOf(':'))
    : inBrackets;
  return isIP(bare) === 0 || bare.includes('%') ? undefined : plain(bare);
};

const fieldOf = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  // The end is what the nearest proxies wrote.
  return text.slice(-MAX_FIELD);
};

/** What the nearest proxy says: of a field that each proxy adds to, the last word. */
const lastOf = (field: string): string => field.slice(field.lastIndexOf(',') + 1).trim();

const AUTHORITY = /^[\w.-]{1,253}(?::\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](?::\d{1,5})?$/i;

/** A path that a browser takes as it is: it goes into addresses and cookies. */
const PREFIX = /^(?:\/[\w~-][\w.~-]{0,60}){1,6}$/;

/** What the nearest proxy has taken off the path. */
const prefixIn = (request: IncomingMessage): string | undefined => {
  const prefix = lastOf(fieldOf(request, 'x-forwarded-prefix')).replace(/\/$/, '');
  return PREFIX.test(prefix) ? prefix : undefined;
};

/**
 * The address of a client is the right-most one of `X-Forwarded-For` that no trusted proxy has: what stands left of it
 * was written by the client itself, or by whoever the client chose. From anybody else these fields mean nothing, and
 * from trusted proxies they end here: no provider learns the addresses of people.
 * @param trusted the addresses of proxies
 */
export const createSeeThroughProxies = (trusted: BlockList): SeeThroughProxies => {
  const isTrusted = (address: string): boolean =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  /** @returns the address of the nearest one that is not trusted, or of the farthest that is known */
  const clientOf = (nearest: string, forwarded: string): string => {
    let client = nearest;
    for (const word of forwarded.split(',').reverse().slice(0, MAX_HOPS)) {
      const address = addressOf(word);
      if (address === undefined) return client;
      client = address;
      if (!isTrusted(address)) return client;
    }
    return client;
  };
  return (request) => {
    const { address, localPort, isSecure } = peerOf(request);
    const nearest = plain(address);
    if (isIP(nearest) === 0 || !isTrusted(nearest)) return;
    const scheme = lastOf(fieldOf(request, 'x-forwarded-proto')).toLowerCase();
    const host = lastOf(fieldOf(request, 'x-forwarded-host'));
    const prefix = prefixIn(request);
    const isHttps = scheme === 'https' || (scheme !== 'http' && isSecure === true);
    setPeer(request, {
      address: clientOf(nearest, fieldOf(request, 'x-forwarded-for')),
      localPort,
      ...(isHttps && { isSecure: true }),
      ...(prefix !== undefined && { prefix }),
    });
    for (const name of FIELDS) delete request.headers[name];
    // Where a page is open, and its requests come from, is said under this name.
    if (AUTHORITY.test(host)) request.headers.host = host;
  };
};
