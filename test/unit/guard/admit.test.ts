import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/base/errors.ts';
import { type AdmitDeps, createAdmit, type Verdict } from '../../../src/guard/admit.ts';
import { asSignedIn, MASTER, NOBODY, UNGUARDED } from '../../../src/guard/caller.ts';
import { createCheckKey } from '../../../src/guard/checks/check-key.ts';
import { headOf, type RequestHead } from '../../../src/guard/request-head.ts';
import { createWrongKeys } from '../../../src/guard/slow-wrong-keys.ts';
import { authenticateBy } from '../../support/guard/authenticate-by.ts';
import { headWith } from './request-head.ts';

const HANDSHAKE = {
  host: 'localhost',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const pass = (): void => {};

const createGate = (parts: Partial<AdmitDeps> = {}) =>
  createAdmit({
    isClosing: () => false,
    isGuarded: () => false,
    via: '1.1 gomodel-a',
    checkKey: () => UNGUARDED,
    websockets: 'auto',
    checkCapacity: { http: pass, websocket: pass },
    ...parts,
  });

/** @returns "admitted", or by which check it is refused */
const outcome = async (head: Partial<RequestHead>, deps: Partial<AdmitDeps> = {}): Promise<string> => {
  const verdict: Verdict = await createGate(deps)(headWith(head));
  return verdict.kind === 'admitted' ? verdict.kind : verdict.by;
};

const full = (): never => {
  throw new GatewayError('overloaded', 'full.');
};

describe('a request for a model', () => {
  it('is admitted with its route and what let it in', async () => {
    const verdict = await createGate({ checkKey: () => MASTER })(headWith());
    expect(verdict).toEqual({
      kind: 'admitted',
      admission: { route: { path: '/responses', native: undefined }, caller: MASTER },
    });
  });

  const REFUSED: readonly (readonly [string, Partial<RequestHead>, Partial<AdmitDeps>])[] = [
    ['closing', {}, { isClosing: () => true }],
    ['framing', { rawHeaders: [] }, {}],
    ['method', { method: 'TRACE' }, {}],
    ['page', { headers: { host: 'evil.example' } }, {}],
    ['loop', { headers: { via: '1.1 gomodel-a' } }, {}],
    ['route', { target: '/nothing' }, {}],
    [
      'key',
      {},
      {
        checkKey: () => {
          throw new GatewayError('missing_api_key', 'no.');
        },
      },
    ],
    ['key', {}, { checkKey: () => Promise.reject(new GatewayError('too_many_attempts', 'no.')) }],
    ['read', { method: 'GET' }, {}],
    ['handshake', { transport: 'websocket', method: 'GET' }, {}],
    ['capacity', {}, { checkCapacity: { http: full, websocket: pass } }],
    ['capacity', {}, { checkCapacity: { http: async () => full(), websocket: pass } }],
    [
      'capacity',
      { transport: 'websocket', method: 'GET', headers: HANDSHAKE },
      { checkCapacity: { http: pass, websocket: full } },
    ],
  ];

  it.each(REFUSED)('is refused by %s, and only where there is a reason', async (name, head, deps) => {
    expect(await outcome(head, deps)).toBe(name);
  });

  it('is refused by the first of several checks, and the later ones are not asked', async () => {
    const asked: string[] = [];
    const deps = {
      checkKey: () => {
        asked.push('key');
        return UNGUARDED;
      },
      checkCapacity: { http: () => void asked.push('capacity'), websocket: pass },
    };
    expect(await outcome({ method: 'TRACE', target: '/nothing', rawHeaders: [] }, deps)).toBe('framing');
    expect(asked).toEqual([]);
    expect(await outcome({}, deps)).toBe('admitted');
    expect(asked).toEqual(['key', 'capacity']);
  });

  it('goes on to the checks behind one that takes its time', async () => {
    const asked: string[] = [];
    const later = async (): Promise<void> => {
      await Promise.resolve();
      asked.push('capacity');
    };
    const verdict = createGate({ checkCapacity: { http: later, websocket: pass } })(headWith());
    expect(verdict).toBeInstanceOf(Promise);
    expect(await verdict).toMatchObject({ kind: 'admitted', admission: { caller: UNGUARDED } });
    expect(asked).toEqual(['capacity']);
    expect(createGate()(headWith())).not.toBeInstanceOf(Promise);
  });

  it('is let in as a WebSocket by the handshake, and read over HTTP alone', async () => {
    const upgrade = { transport: 'websocket', method: 'GET', headers: HANDSHAKE } as const;
    expect(await outcome(upgrade)).toBe('admitted');
    expect(await outcome(upgrade, { websockets: 'off' })).toBe('handshake');
    expect(await outcome({ ...upgrade, transport: 'http' })).toBe('read');
  });

  it('may come from a page where a key guards the gateway', async () => {
    const headers = { host: 'gateway.example', origin: 'http://evil.example' };
    expect(await outcome({ headers })).toBe('page');
    expect(await outcome({ headers }, { isGuarded: () => true })).toBe('admitted');
  });
});

describe('what is no request for a model', () => {
  const deps = {
    isClosing: () => true,
    checkKey: full,
    checkCapacity: { http: full, websocket: full },
  };
  it.each(['admin', 'health'] as const)('passes the checks of every surface alone: %s', async (surface) => {
    const head = { surface, method: 'GET', target: '/nothing', headers: { via: '1.1 gomodel-a' } };
    expect(await createGate(deps)(headWith(head))).toEqual({
      kind: 'admitted',
      admission: { route: { path: '', native: undefined }, caller: NOBODY },
    });
    expect(await outcome({ ...head, rawHeaders: [] }, deps)).toBe('framing');
    expect(await outcome({ ...head, method: 'TRACE' }, deps)).toBe('method');
    expect(await outcome({ ...head, headers: { host: 'evil.example' } }, deps)).toBe('page');
    expect(await outcome({ ...head, transport: 'websocket' }, deps)).toBe('admitted');
  });
});

it('the head of a request is read from it, with defaults for what Node may leave out', () => {
  const socket: Socket = connect({ port: 1, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.destroy();
  expect(headOf(new IncomingMessage(socket), 'admin')).toMatchObject({
    ...{ surface: 'admin', transport: 'http', method: '', target: '' },
    peer: { address: 'gone', localPort: 0 },
  });
  const request = Object.assign(new IncomingMessage(socket), {
    method: 'GET',
    url: '/x?y',
    httpVersion: '1.0',
    headers: { host: 'a' },
    rawHeaders: ['Host', 'a'],
  });
  expect(headOf(request, 'model', 'websocket')).toMatchObject({
    ...{ surface: 'model', transport: 'websocket', method: 'GET', target: '/x?y', httpVersion: '1.0' },
    ...{ headers: { host: 'a' }, rawHeaders: ['Host', 'a'] },
  });
});

describe('the door for keys', () => {
  const peer = { address: '192.0.2.1', localPort: 8080 };
  const createDoor = (masterKey?: string) => {
    const wrongKeys = createWrongKeys({ now: () => 1_000_000, pauseMs: 1 });
    return createCheckKey(authenticateBy(masterKey), wrongKeys);
  };
  const WRONG = { 'x-api-key': 'wrong' };
  const codeOf = async (check: () => string | Promise<string>): Promise<string> => {
    try {
      return await check();
    } catch (error) {
      return error instanceof GatewayError ? error.code : 'another error';
    }
  };
  const tries = async (door: ReturnType<typeof createDoor>, headers: object, count: number) => {
    const codes: string[] = [];
    for (let index = 0; index < count; index++) {
      codes.push(
        await codeOf(() => {
          const caller = door({ headers: { ...headers }, peer });
          return caller instanceof Promise ? caller.then(({ kind }) => kind) : caller.kind;
        }),
      );
    }
    return codes;
  };

  it('lets in who has the key, and everybody where there is none', async () => {
    expect(await tries(createDoor('key'), { 'x-api-key': 'key' }, 1)).toEqual(['master_key']);
    expect(await tries(createDoor(), WRONG, 7)).toEqual(Array(7).fill('none'));
  });

  it('counts wrong keys, not missing ones, and forgets them with the right one', async () => {
    const door = createDoor('key');
    expect(await tries(door, {}, 7)).toEqual(Array(7).fill('missing_api_key'));
    expect((await tries(door, WRONG, 6)).slice(4)).toEqual(['invalid_api_key', 'too_many_attempts']);
    await tries(door, { 'x-api-key': 'key' }, 1);
    expect(await tries(door, WRONG, 1)).toEqual(['invalid_api_key']);
  });

  it('passes on what is no refusal', () => {
    const wrongKeys = createWrongKeys({ now: () => 0 });
    const door = createCheckKey(() => {
      throw new TypeError('broken');
    }, wrongKeys);
    expect(() => door({ headers: {}, peer })).toThrow(TypeError);
  });
});

describe('a caller', () => {
  it('is who is signed in with ChatGPT where no key of the gateway says more', () => {
    expect(asSignedIn(UNGUARDED)).toEqual({ ...UNGUARDED, kind: 'chatgpt' });
    expect(asSignedIn(MASTER)).toBe(MASTER);
  });

  it('is told with a refusal that comes after the key, and with no other', async () => {
    const callerOf = async (head: Partial<RequestHead>, deps: Partial<AdmitDeps> = {}) => {
      const verdict = await createGate({ checkKey: () => MASTER, ...deps })(headWith(head));
      return verdict.kind === 'refused' ? [verdict.by, verdict.caller] : verdict.kind;
    };
    expect(await callerOf({ method: 'GET' })).toEqual(['read', MASTER]);
    expect(await callerOf({ transport: 'websocket', method: 'GET' })).toEqual(['handshake', MASTER]);
    expect(await callerOf({ method: 'TRACE' })).toEqual(['method', undefined]);
    expect(await callerOf({}, { checkCapacity: { http: full, websocket: pass } })).toEqual([
      'capacity',
      undefined,
    ]);
  });
});
