import { expect, it } from 'vitest';
import type { ConversationAnswer } from '../../../src/admin/api-types/conversation.ts';
import type { SessionTurnsAnswer, SessionWorkAnswer } from '../../../src/admin/api-types/turns.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const SESSION = 'session-0123456789';
const said = (role: string, text: string) => ({
  type: 'message',
  role,
  content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
});
const called = (id: string, input: string) => ({
  type: 'custom_tool_call',
  call_id: id,
  name: 'apply_patch',
  input,
});
const gaveBack = (id: string, output: string) => ({ type: 'custom_tool_call_output', call_id: id, output });
const PATCH = '*** Begin Patch\n*** Add File: a.ts\n+one\n*** End Patch';

interface Said {
  readonly input: readonly object[];
  readonly output?: readonly object[];
  readonly turn?: string;
  readonly record?: Partial<ExchangeRecord>;
}

/** Ids of one millisecond have no order. */
const untilNextMs = async (): Promise<void> => {
  const now = Date.now();
  while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve));
};

const record = async (gateway: RunningGateway, { input, output, turn, record }: Said) => {
  await untilNextMs();
  return recordExchange(gateway.recorder, {
    rawHeaders: [
      ...['session-id', SESSION],
      ...(turn === undefined ? [] : ['x-codex-turn-metadata', JSON.stringify({ turn_id: turn })]),
    ],
    requestBody: JSON.stringify({
      model: 'gpt-5.5',
      tools: [{ type: 'custom', name: 'apply_patch' }],
      input,
    }),
    ...(output && { responseBody: JSON.stringify({ id: 'resp', output }) }),
    record: { model: 'gpt-5.5', usage: { inputTokens: 1_000, totalTokens: 1_000 }, ...record },
  });
};

const CONTEXT = said('user', '<environment_context>\n<cwd>/tmp</cwd>\n</environment_context>');

it('tells a session as its prompts, by the turns that Codex names', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const first = said('user', 'Add the file a.ts.');
  const call = called('c1', PATCH);
  await record(gateway, { turn: 'one', input: [CONTEXT, first], record: { status: 503 } });
  await record(gateway, {
    turn: 'one',
    input: [CONTEXT, first],
    output: [call],
    record: { response: { finish: 'completed', toolCalls: ['apply_patch'] } },
  });
  await record(gateway, {
    turn: 'one',
    input: [CONTEXT, first, call, gaveBack('c1', 'Success.')],
    output: [said('assistant', 'Done.')],
  });
  const last = await record(gateway, { turn: 'two', input: [CONTEXT, first, said('user', 'And why?')] });
  await gateway.records();
  const { turns, total, session } = await readAdmin<SessionTurnsAnswer>(
    gateway.port,
    `audit/turns?session=${SESSION}`,
  );
  expect([total, session.requests]).toEqual([2, 4]);
  expect(turns.map(({ prompt }) => prompt)).toEqual(['Add the file a.ts.', 'And why?']);
  expect(turns[0]).toMatchObject({
    attempts: 1,
    running: false,
    tools: [{ name: 'apply_patch', calls: 1 }],
    sums: { requests: 3, input_tokens: 3_000 },
  });
  const second = await readAdmin<ConversationAnswer>(
    gateway.port,
    `audit/conversation?session=${SESSION}&turn=2`,
  );
  expect(second.turns.map(({ entry }) => entry.id)).toEqual([last.id]);
  const page = await readAdmin<SessionTurnsAnswer>(gateway.port, `audit/turns?log_id=${last.id}&limit=1`);
  expect([page.offset, page.turns[0]?.number]).toEqual([1, 2]);
});

it('begins a turn where a client that names none brings words of its user', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const first = said('user', 'One.');
  await record(gateway, { input: [first] });
  await record(gateway, { input: [first, called('c1', 'ls'), gaveBack('c1', 'a.ts')] });
  await record(gateway, { input: [first, said('assistant', 'So it is.'), said('user', 'Two.')] });
  await gateway.records();
  const { turns } = await readAdmin<SessionTurnsAnswer>(gateway.port, `audit/turns?session=${SESSION}`);
  expect(turns.map(({ prompt, sums }) => [prompt, sums.requests])).toEqual([
    ['One.', 2],
    ['Two.', 1],
  ]);
});

it('collects patches, marks those that failed, and says what filled each context', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const first = said('user', 'x'.repeat(400));
  const good = called('c1', PATCH);
  const bad = called('c2', PATCH.replace('a.ts', 'b.ts'));
  await record(gateway, { turn: 'one', input: [first], output: [good, bad] });
  await record(gateway, {
    turn: 'one',
    input: [first, good, bad, gaveBack('c1', 'ok'), gaveBack('c2', 'Exit code: 1\nOutput:\nno such line')],
  });
  await gateway.records();
  const work = await readAdmin<SessionWorkAnswer>(gateway.port, `audit/work?session=${SESSION}`);
  expect(work.patches).toMatchObject([
    { turn: 1, failed: false, patch: PATCH },
    { turn: 1, failed: true },
  ]);
  expect(work.incomplete).toBe(false);
  const [before, after] = work.contexts;
  expect(before?.parts[0]).toMatchObject({ kind: 'user' });
  expect(before?.parts.map(({ kind }) => kind).sort()).toEqual(['tools', 'user']);
  const output = after?.parts.find(({ kind }) => kind === 'output');
  expect(output?.name).toBe('apply_patch');
  const sum = after?.parts.reduce((tokens, part) => tokens + part.tokens, 0) ?? 0;
  expect(Math.abs(sum - 1_000)).toBeLessThan(5);
});

it('tells the patches of a script apart, also where a request brings nothing but its output', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const [one, two] = [PATCH, PATCH.replace('a.ts', 'b.ts')].map((patch) => JSON.stringify(patch));
  const script = `await tools.apply_patch(${one}); text("one"); await tools.apply_patch(${two}); text("two");`;
  const parts = [
    'Script failed\nWall time 0.1 seconds\nOutput:\n',
    'one',
    'Script error:\napply_patch: no such line',
  ];
  const output = parts.map((text) => ({ type: 'input_text', text }));
  await record(gateway, {
    turn: 'one',
    input: [said('user', 'Add both.')],
    output: [{ ...called('c1', script), name: 'exec' }],
    record: { responseId: 'resp_1' },
  });
  await record(gateway, {
    turn: 'one',
    input: [{ type: 'custom_tool_call_output', call_id: 'c1', output }],
    record: { previousResponseId: 'resp_1' },
  });
  await gateway.records();
  const work = await readAdmin<SessionWorkAnswer>(gateway.port, `audit/work?session=${SESSION}`);
  expect(work.patches).toMatchObject([{ failed: false, patch: PATCH }, { failed: true }]);
  const { turns } = await readAdmin<ConversationAnswer>(
    gateway.port,
    `audit/conversation?session=${SESSION}`,
  );
  expect(turns[1]?.items).toMatchObject([
    { kind: 'toolOutput', name: 'exec', script: [{ name: 'apply_patch' }, { ending: 'failed' }] },
  ]);
});

it('adds up the context of requests that go on from a response', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const words = 'y'.repeat(4_000);
  await record(gateway, {
    turn: 'one',
    input: [said('user', words)],
    output: [said('assistant', words)],
    record: { responseId: 'resp_1' },
  });
  await record(gateway, {
    turn: 'two',
    input: [said('user', 'z')],
    record: { previousResponseId: 'resp_1', responseId: 'resp_2' },
  });
  await gateway.records();
  const { contexts } = await readAdmin<SessionWorkAnswer>(gateway.port, `audit/work?session=${SESSION}`);
  const shareOf = (kind: string): number =>
    contexts[1]?.parts.find((part) => part.kind === kind)?.tokens ?? 0;
  expect(Math.abs(shareOf('user') - shareOf('assistant'))).toBeLessThan(10);
  expect(shareOf('assistant')).toBeGreaterThan(400);
});
