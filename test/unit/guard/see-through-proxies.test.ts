import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listOf, parseTrustedProxies } from '../../../src/config/read-trusted-proxies.ts';
import { peerOf } from '../../../src/guard/peer-of.ts';
import { createSeeThroughProxies } from '../../../src/guard/see-through-proxies.ts';

const from = (address: string, headers: Record<string, string>): IncomingMessage => {
  const request = new IncomingMessage(
    Object.defineProperties(new Socket(), {
      remoteAddress: { value: address },
      localPort: { value: 8080 },
    }),
  );
  Object.assign(request.headers, headers);
  return request;
};

const seen = (
  address: string,
  headers: Record<string, string>,
  trusted = '10.0.0.0/8, 127.0.0.1, fd00::/8',
) => {
  const request = from(address, headers);
  createSeeThroughProxies(listOf(parseTrustedProxies(trusted) ?? []))(request);
  return { request, peer: peerOf(request) };
};

describe('the address of a client', () => {
  it.each([
    ['of one proxy', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['of two, of which one is listed', '127.0.0.1', '203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['is not what a client made up in front', '127.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    [
      'is not what a client made up in the name of a trusted proxy',
      '127.0.0.1',
      '10.9.9.9, 203.0.113.7',
      '203.0.113.7',
    ],
    ['of a proxy that nobody trusts is its own', '192.0.2.1', '203.0.113.7', '192.0.2.1'],
    ['is the nearest one that is known where the rest is none', '127.0.0.1', 'unknown, 10.1.2.3', '10.1.2.3'],
    ['is the proxy itself where it says nothing of use', '127.0.0.1', 'x', '127.0.0.1'],
    ['is the farthest one where all are trusted', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['may have a port', '127.0.0.1', '203.0.113.7:51000', '203.0.113.7'],
    ['may be of IPv6', '127.0.0.1', '2001:db8::1', '2001:db8::1'],
    ['may be of IPv6 with a port', '127.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['is of IPv4 however it is written', '::ffff:127.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['by a proxy of IPv6', 'fd00::5', '203.0.113.7', '203.0.113.7'],
    ['has no zone', '127.0.0.1', 'fe80::1%eth0', '127.0.0.1'],
  ])('%s', (_title, address, field, expected) => {
    expect(seen(address, { 'x-forwarded-for': field }).peer.address).toBe(expected);
  });

  it('takes no longer for a field of 64 KB, and believes its end', () => {
    const field = `${'1.1.1.1,'.repeat(8000)} 203.0.113.7`;
    expect(seen('127.0.0.1', { 'x-forwarded-for': field }).peer.address).toBe('203.0.113.7');
    const trusted = `${'10.0.0.1,'.repeat(7000)}10.0.0.2`;
    expect(seen('127.0.0.1', { 'x-forwarded-for': trusted }).peer.address).toBe('10.0.0.1');
  });
});

describe('what else a trusted proxy says', () => {
  it('is the scheme and the name by which it was asked, which anybody else says in vain', () => {
    const fields = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'gw.corp', host: 'localhost:8080' };
    const { request, peer } = seen('127.0.0.1', fields);
    expect(peer.isSecure).toBe(true);
    expect(request.headers.host).toBe('gw.corp');
    const other = seen('192.0.2.1', fields);
    expect(other.peer.isSecure).toBeUndefined();
    expect(other.request.headers.host).toBe('localhost:8080');
  });

  it('is the word of the nearest one, and no name where it is none', () => {
    expect(seen('127.0.0.1', { 'x-forwarded-proto': 'https, http' }).peer.isSecure).toBeUndefined();
    const { request } = seen('127.0.0.1', { 'x-forwarded-host': 'a/b@c', host: 'localhost' });
    expect(request.headers.host).toBe('localhost');
  });

  it('ends here, so that no provider learns it', () => {
    const { request } = seen('127.0.0.1', {
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      accept: '*/*',
    });
    expect(request.headers).toEqual({ accept: '*/*' });
  });
});

describe('TRUSTED_PROXIES', () => {
  it('takes addresses and networks, and none that has everybody in it', () => {
    expect(parseTrustedProxies('10.0.0.0/8, ::1  127.0.0.1')).toEqual(['10.0.0.0/8', '::1', '127.0.0.1']);
    for (const text of [
      '',
      ' ',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/33',
      '::1/129',
      '10.0.0/8',
      'gw.corp',
      'fe80::1%eth0',
      '10.0.0.0/8/8',
      '10.0.0.0/',
    ]) {
      expect([text, parseTrustedProxies(text)]).toEqual([text, undefined]);
    }
    expect(parseTrustedProxies(Array(201).fill('10.0.0.1').join())).toBeUndefined();
  });
});

describe('networks by name', () => {
  it.each([
    ['loopback', '127.0.0.9'],
    ['Private', '192.168.7.7'],
    ['private 203.0.113.7', '203.0.113.7'],
  ])('%s has %s in it', (trusted, address) => {
    expect(listOf(parseTrustedProxies(trusted) ?? []).check(address, 'ipv4')).toBe(true);
    expect(listOf(parseTrustedProxies(trusted) ?? []).check('198.51.100.1', 'ipv4')).toBe(false);
  });

  it.each(['public', 'all', 'toString'])('there is none called %s', (word) => {
    expect(parseTrustedProxies(word)).toBeUndefined();
  });
});

describe('a prefix that a proxy has taken off', () => {
  it.each([
    ['/gw', '/gw'],
    ['/tools/gw/', '/tools/gw'],
    ['/outer, /inner', '/inner'],
  ])('of %s is %s', (given, prefix) => {
    const { peer, request } = seen('127.0.0.1', { 'x-forwarded-prefix': given });
    expect(peer.prefix).toBe(prefix);
    expect(request.headers).not.toHaveProperty('x-forwarded-prefix');
  });

  it.each([
    '',
    '/',
    'gw',
    '//evil.example',
    '/../x',
    '/a/./b',
    '/a;Path=/',
    '/a"b',
    '/a b',
    `/${'a/'.repeat(9)}`,
  ])('is none where it is %j', (given) => {
    expect(seen('127.0.0.1', { 'x-forwarded-prefix': given }).peer.prefix).toBeUndefined();
  });

  it('is nobody else’s to say', () => {
    expect(seen('192.0.2.1', { 'x-forwarded-prefix': '/gw' }).peer.prefix).toBeUndefined();
  });
});
