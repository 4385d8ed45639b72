import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { authenticateBy } from '../../support/guard/authenticate-by.ts';

const KEY = 'the-master-key';

/** @returns what is said of the client, and the fields that are left, or code and status of the refusal */
const attempt = (fields: IncomingHttpHeaders): unknown => {
  const headers = { ...fields };
  try {
    return [authenticateBy(KEY)(headers).kind, headers];
  } catch (error) {
    const { code, status, message } = error as { code: string; status: number; message: string };
    return { code, status, where: /(?:in|key came in) (.*?)(?: is not|\. )/.exec(message)?.[1] };
  }
};

describe('the master key', () => {
  it.each(['x-gomodel-key', 'x-api-key', 'api-key', 'x-goog-api-key'])(
    'lets in by %s and is taken out',
    (name) => {
      expect(attempt({ [name]: KEY, accept: '*/*' })).toEqual(['master_key', { accept: '*/*' }]);
    },
  );

  it.each([`Bearer ${KEY}`, `bearer   ${KEY}  `, `Bearer Bearer ${KEY}`, `Bearer\tbearer  ${KEY}`])(
    'lets in as "%s"',
    (authorization) => {
      expect(attempt({ authorization })).toEqual(['master_key', {}]);
    },
  );

  it.each([`Basic ${KEY}`, KEY, `x Bearer ${KEY}`, `Bearer${KEY}`, 'Bearer', 'Bearer  ', ''])(
    'does not let in as "%s"',
    (authorization) => {
      expect(attempt({ authorization })).toMatchObject({ code: 'missing_api_key', status: 401 });
    },
  );

  it.each([`Bearer ${KEY} x`, `Bearer Bearer Bearer ${KEY}`, `Bearer "${KEY}"`])(
    'is not what is sent in "%s"',
    (authorization) => {
      expect(attempt({ authorization })).toMatchObject({ code: 'invalid_api_key', status: 401 });
    },
  );

  it('may have blanks, which clients send as they are', () => {
    const headers = { authorization: 'Bearer two words' };
    expect(authenticateBy('two words')(headers).kind).toBe('master_key');
    expect(headers).toEqual({});
  });

  it('is told apart from a missing scheme, and goes to nobody else without one', () => {
    expect(() => authenticateBy(KEY)({ authorization: KEY })).toThrow('does not begin with "Bearer "');
    expect(() => authenticateBy(KEY)({})).toThrow(
      /no gateway key came in Authorization or X-GoModel-Key\. Run/,
    );
    expect(attempt({ 'x-gomodel-key': KEY, authorization: KEY })).toEqual(['master_key', {}]);
  });

  it('is taken out wherever it stands, and other keys stay', () => {
    expect(
      attempt({ 'x-gomodel-key': KEY, authorization: `Bearer ${KEY}`, 'api-key': KEY, 'x-api-key': 'other' }),
    ).toEqual(['master_key', { 'x-api-key': 'other' }]);
    expect(attempt({ 'x-gomodel-key': 'wrong', 'x-api-key': KEY })).toEqual([
      'master_key',
      { 'x-gomodel-key': 'wrong' },
    ]);
  });

  it('is not a part of itself, nor longer', () => {
    for (const key of [KEY.slice(0, -1), `${KEY}x`, '', KEY.toUpperCase()]) {
      expect(attempt({ 'x-api-key': key })).toMatchObject({ code: 'invalid_api_key', status: 401 });
    }
  });

  it('is missed where it was to be, and a wrong one named where it stands', () => {
    const account = { 'chatgpt-account-id': 'a' };
    const beside = {
      code: 'missing_api_key',
      status: 403,
      where: 'X-GoModel-Key (beside the ChatGPT sign-in)',
    };
    expect(attempt({})).toMatchObject({ where: 'Authorization or X-GoModel-Key' });
    expect(attempt(account)).toEqual(beside);
    expect(attempt({ ...account, authorization: 'Bearer sign-in' })).toEqual(beside);
    expect(attempt({ ...account, 'x-gomodel-key': 'wrong' })).toEqual({
      code: 'invalid_api_key',
      status: 403,
      where: 'X-GoModel-Key',
    });
    expect(attempt({ authorization: 'Bearer wrong' })).toMatchObject({ where: 'Authorization' });
    expect(attempt({ 'api-key': 'wrong' })).toMatchObject({ where: 'api-key' });
  });
});

it('everybody is let in where there is no key, and nothing is taken out', () => {
  const headers = { authorization: 'Bearer sk-own' };
  expect(authenticateBy(undefined)(headers)).toMatchObject({
    kind: 'none',
    userPath: '/',
    role: 'admin',
  });
  expect(headers).toEqual({ authorization: 'Bearer sk-own' });
});

describe('a refusal says what to set', () => {
  const messageOf = (headers: IncomingHttpHeaders): string => {
    try {
      authenticateBy(KEY)(headers);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  it.each([{}, { 'x-api-key': 'wrong' }])('in the words of the client’s API: %j', (headers) => {
    expect(messageOf(headers)).toContain('init-codex');
    expect(messageOf(headers)).not.toContain('ANTHROPIC_AUTH_TOKEN');
    const anthropic = { ...headers, 'anthropic-version': '2023-06-01' };
    expect(messageOf(anthropic)).toContain('Set ANTHROPIC_AUTH_TOKEN');
    expect(messageOf(anthropic)).not.toContain('init-codex');
  });
});

it('a key that a header names twice is none', () => {
  expect(attempt({ 'x-gomodel-key': [KEY, KEY] })).toMatchObject({ code: 'missing_api_key' });
  expect(attempt({ 'x-gomodel-key': [KEY], 'x-api-key': KEY })).toEqual([
    'master_key',
    { 'x-gomodel-key': [KEY] },
  ]);
});
