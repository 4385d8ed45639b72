import { describe, expect, it } from 'vitest';
import { readTerms } from '../../../../src/guard/keys/read-terms.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const read = (given: object, known?: Parameters<typeof readTerms>[1]) =>
  readTerms({ ...(known ? {} : { name: 'anna' }), ...given }, known, NOW);

describe('the terms of a key', () => {
  it('are those of a user without limits where nothing is said', () => {
    expect(read({})).toEqual({
      ...{ name: 'anna', role: 'user', acceptsUserPath: false, bodies: 'none' },
      ...{ labels: [], models: [], providers: [] },
    });
  });

  it.each([
    ['90d', '2027-02-27T12:00:00.000Z'],
    ['12h', '2026-11-30T00:00:00.000Z'],
    ['2w', '2026-12-13T12:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T10:00:00+02:00', '2027-01-31T08:00:00.000Z'],
  ])('end after %s', (expires, expiresAt) => {
    expect(read({ expires }).expiresAt).toBe(expiresAt);
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'a\nb' }],
    ['name', { name: 'x'.repeat(101) }],
    ['role', { role: 'root' }],
    ['role', { role: 'toString' }],
    ['userPath', { userPath: 'team' }],
    ['userPath', { userPath: '/team//alpha' }],
    ['userPath', { userPath: '/team/../ceo' }],
    ['userPath', { userPath: `/${'a/'.repeat(13)}b` }],
    ['userPath', { role: 'member' }],
    ['userPath', { role: 'member', userPath: '/' }],
    ['acceptsUserPath', { acceptsUserPath: 'yes' }],
    ['labels', { labels: 'ci' }],
    ['labels', { labels: ['a b'] }],
    ['labels', { labels: Array.from({ length: 51 }, (_, place) => `l${place}`) }],
    ['models', { models: [''] }],
    ['models', { models: ['*'.repeat(17)] }],
    ['models', { models: ['x'.repeat(513)] }],
    ['providers', { providers: [1] }],
    ['bodies', { bodies: 'some' }],
    ['expires', { expires: '90' }],
    ['expires', { expires: '-1d' }],
    ['expires', { expires: '0d' }],
    ['expires', { expires: '2027-02-30' }],
    ['expires', { expires: '2020-01-01' }],
    ['expires', { expires: '999999w' }],
    ['expires', { expires: 7 }],
    ['budget', { budget: 5 }],
  ])('refuse what is wrong about %s: %o', (param, given) => {
    expect(() => read(given)).toThrow(expect.objectContaining({ code: 'invalid_request', param }));
  });

  it('change where they are said, and go where they are null', () => {
    const known = read({ userPath: '/team', models: ['a'], expires: '1d', role: 'auditor' });
    expect(read({ models: [] }, known)).toEqual({ ...known, models: [] });
    const { userPath: _path, expiresAt: _at, ...rest } = known;
    expect(read({ userPath: null, expires: null }, known)).toEqual(rest);
    expect(read({ role: 'user' }, known)).toMatchObject({ role: 'user', bodies: 'none' });
  });
});
