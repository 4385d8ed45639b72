import { expect, it } from 'vitest';
import { mapHeadersToClient } from '../../../src/log/capture/client-of-headers.ts';

const clientOf = (...rawHeaders: string[]) => mapHeadersToClient(rawHeaders, (text) => text);

it.each([
  ['codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.169.0)', 'codex_exec', '0.169.0'],
  ['codex_cli_rs/0.113.0-alpha.1 (Mac OS 15.1; arm64)', 'codex_cli_rs', '0.113.0-alpha.1'],
  ['Codex Desktop/26.101.1 (Mac OS 15.1)', 'Codex Desktop', '26.101.1'],
  ['OpenAI/JS 6.49.0', 'OpenAI/JS', '6.49.0'],
  ['AsyncOpenAI/Python 2.3.0', 'AsyncOpenAI/Python', '2.3.0'],
  ['curl/8.5.0', 'curl', '8.5.0'],
  ['node', 'node', undefined],
])('reads %s as %s, %s', (userAgent, name, version) => {
  expect(clientOf('User-Agent', userAgent).client).toEqual({ name, ...(version && { version }) });
});

it('reads what a new Codex sends', () => {
  const metadata = JSON.stringify({ turn_id: 'turn-1', session_id: 'other', workspaces: {} });
  const headers = ['originator', 'codex_exec', 'Session-Id', 's-1', 'thread-id', 't-1'];
  const ids = ['x-codex-turn-metadata', metadata, 'x-client-request-id', 'c-1', 'x-request-id', 'r-1'];
  expect(clientOf(...headers, ...ids)).toEqual({
    client: { originator: 'codex_exec', sessionId: 's-1', threadId: 't-1', turnId: 'turn-1' },
    clientRequestId: 'c-1',
  });
});

it('reads what an old Codex sends', () => {
  expect(clientOf('session_id', 's-1', 'version', '0.113.0')).toEqual({
    client: { sessionId: 's-1', version: '0.113.0' },
  });
});

it.each(['x-claude-code-session-id', 'x-opencode-session', 'X-Session-Id', 'x-session-affinity'])(
  'reads the session of another client in %s',
  (name) => {
    expect(clientOf(name, 's-3').client).toEqual({ sessionId: 's-3' });
  },
);

it("takes Codex's own word for the session before what a proxy says", () => {
  expect(clientOf('x-session-id', 'other', 'session-id', 's-1').client).toEqual({ sessionId: 's-1' });
});

it('finds the session in the turn metadata where no header has it', () => {
  expect(clientOf('x-codex-turn-metadata', '{"session_id":"s-2"}').client).toEqual({ sessionId: 's-2' });
});

it.each(['', '[]', 'null', '{"turn_id":5}', '{"turn_id":""}', '{torn'])(
  'makes nothing of the turn metadata %j',
  (metadata) => {
    expect(clientOf('x-codex-turn-metadata', metadata)).toEqual({ client: {} });
  },
);

it('cuts values that are no names, and redacts before it cuts', () => {
  const long = 'x'.repeat(190);
  const { client } = mapHeadersToClient(['originator', `${long}SECRET-of-the-house`], (text) =>
    text.replace('SECRET-of-the-house', '-'),
  );
  expect(client.originator).toBe(`${long}-`);
  expect(clientOf('originator', 'y'.repeat(5000)).client.originator).toHaveLength(200);
});

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';

it.each([
  [`00-${TRACE_ID}-${PARENT_ID}-01`, true],
  [`00-${TRACE_ID}-${PARENT_ID}-00`, false],
  [`cc-${TRACE_ID}-${PARENT_ID}-03-more`, true],
])("reads the client's trace from %s", (header, sampled) => {
  expect(clientOf('traceparent', header).trace).toEqual({ traceId: TRACE_ID, parentId: PARENT_ID, sampled });
});

it.each([
  '',
  '00',
  `ff-${TRACE_ID}-${PARENT_ID}-01`,
  `00-${'0'.repeat(32)}-${PARENT_ID}-01`,
  `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
  `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`,
  `00-${TRACE_ID}-${PARENT_ID}-011`,
])('makes nothing of the traceparent %j', (header) => {
  expect(clientOf('traceparent', header)).not.toHaveProperty('trace');
});
