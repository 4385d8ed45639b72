import { describe, expect, it } from 'vitest';
import { turnHeaders, turnRawHeaders } from '../../../src/websocket/turn-headers.ts';

const UPGRADE = {
  host: 'localhost',
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'k',
  'sec-websocket-version': '13',
  'sec-websocket-extensions': 'permessage-deflate',
  'sec-websocket-protocol': 'openai-insecure-api-key.sk-secret',
  'openai-beta': 'responses_websockets=2026-02-06',
  'session-id': 's',
  'x-codex-turn-metadata': '{"turn_id":""}',
  'x-codex-turn-state': 'of the connection',
};
const OF_THE_TURN = new Map([
  ['x-codex-turn-metadata', '{"turn_id":"t","workspaces":{"/home/ü😀":{}}}'],
  ['x-codex-window-id', 's:1'],
  ['x-codex-ws-stream-request-start-ms', '1'],
  ['session_id', 'other'],
]);

describe('the header fields of a bridged request', () => {
  it('are those of the same request over HTTP', () => {
    const headers = turnHeaders(UPGRADE, OF_THE_TURN);
    expect(Object.keys(headers).filter((name) => name.startsWith('sec-') || name === 'openai-beta')).toEqual(
      [],
    );
    expect(headers).toMatchObject({
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'session-id': 's',
      'x-codex-window-id': 's:1',
    });
    expect(headers).not.toHaveProperty('session_id');
    expect(headers).not.toHaveProperty('x-codex-ws-stream-request-start-ms');
  });

  it('tell of the turn what its message says, in characters that a header may hold', () => {
    const value = String(turnHeaders(UPGRADE, OF_THE_TURN)['x-codex-turn-metadata']);
    expect(value).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(value)).toEqual({ turn_id: 't', workspaces: { '/home/ü😀': {} } });
  });

  it('carry no state of an earlier turn', () => {
    expect(turnHeaders(UPGRADE, OF_THE_TURN)).not.toHaveProperty('x-codex-turn-state');
    const metadata = new Map([...OF_THE_TURN, ['x-codex-turn-state', 'now']]);
    expect(turnHeaders(UPGRADE, metadata)['x-codex-turn-state']).toBe('now');
  });

  it('are those of the upgrade for a client whose messages say nothing of the kind', () => {
    expect(turnHeaders(UPGRADE, new Map())).toMatchObject({
      'x-codex-turn-metadata': '{"turn_id":""}',
      'x-codex-turn-state': 'of the connection',
    });
  });

  it('lie in the trace that the message names, and not in that of the connection', () => {
    const own = new Map([...OF_THE_TURN, ['ws_request_header_traceparent', '00-of-the-message']]);
    const upgrade = { ...UPGRADE, traceparent: '00-of-the-connection' };
    expect(turnHeaders(upgrade, own)).toMatchObject({ traceparent: '00-of-the-message' });
    expect(turnRawHeaders(['Traceparent', '00-of-the-connection'], own)).toContain('00-of-the-message');
    expect(turnRawHeaders(['Traceparent', '00-of-the-connection'], own)).not.toContain(
      '00-of-the-connection',
    );
  });

  it('keep what else was asked for beside the protocol', () => {
    const headers = { ...UPGRADE, 'openai-beta': 'assistants=v2, responses_websockets=2026-02-06,x=1' };
    expect(turnHeaders(headers, OF_THE_TURN)['openai-beta']).toBe('assistants=v2, x=1');
  });

  it('are in the log as the upgrade had them, with those of the turn in place of the older ones', () => {
    const rawHeaders = [
      'Host',
      'localhost',
      'X-Codex-Turn-Metadata',
      'old',
      'x-codex-turn-state',
      'old',
      'Other',
      'o',
    ];
    expect(turnRawHeaders(rawHeaders, new Map([['x-codex-turn-metadata', '{}']]))).toEqual([
      'Host',
      'localhost',
      'Other',
      'o',
      'x-codex-turn-metadata',
      '{}',
    ]);
    expect(turnRawHeaders(rawHeaders, new Map())).toEqual(rawHeaders);
  });
});
