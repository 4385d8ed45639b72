import { describe, expect, it, onTestFinished } from 'vitest';
import { serveInTerminal, type TerminalGateway } from '../support/pictures/serve-in-terminal.ts';
import { hasTmux } from '../support/run-tmux.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Script } from '../support/upstream/script.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const WAIT = { timeout: 30_000, interval: 100 };
const LONG_NAME = 'gpt-5.1-codex-max-2026';

/** Answers by the name of the model. */
const script: Script = ({ body }) => {
  const model = String(JSON.parse(String(body)).model);
  if (model === 'busy') {
    const message = 'Overloaded: the provider has too many requests right now. Please wait a while.';
    return { kind: 'json', status: 529, body: { error: { message, code: 'overloaded_error' } } };
  }
  if (model === 'refused') {
    const error = { message: 'Incorrect API key provided', code: 'invalid_api_key' };
    return { kind: 'json', status: 401, body: { error } };
  }
  if (model === 'fails') {
    const response = {
      id: 'resp_1',
      object: 'response',
      model,
      status: 'failed',
      error: { code: 'server_error', message: 'The model broke down' },
    };
    return { kind: 'sse', events: [{ type: 'response.failed', response }] };
  }
  if (model === 'hangs')
    return { kind: 'sse', events: responsesStream([{ text: 'never' }]), eventLimit: 3, finally: 'hang' };
  const steps =
    model === 'calls'
      ? [{ call: 'exec_command', arguments: { cmd: 'npm test' } }]
      : [{ text: 'All tests pass.' }];
  return { kind: 'sse', events: responsesStream(steps, { model }) };
};

const watch = async (columns: number): Promise<TerminalGateway & { ask(model: string): Promise<void> }> => {
  const upstream = await startUpstream(script);
  const terminal = await serveInTerminal(
    { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url },
    { columns, rows: 40 },
  );
  onTestFinished(async () => {
    terminal.stop();
    await upstream.close();
  });
  await expect.poll(terminal.text, WAIT).toMatch(/today 0 requests/);
  const ask = async (model: string): Promise<void> => {
    const answer = await fetch(`http://localhost:${terminal.port}/v1/responses`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'session-id': 'one',
        'user-agent': 'codex_exec/0.171.0',
      },
      body: JSON.stringify({ model, stream: true, input: 'hi' }),
    });
    await answer.text();
  };
  return { ...terminal, ask };
};

const rowsOf = (text: string): string[] => text.split('\n').filter((line) => /^\d\d:\d\d:\d\d /.test(line));

describe.skipIf(!hasTmux)('the tail of a terminal', () => {
  it.each([80, 100, 140, 200])('tells everything that matters in %i columns', async (columns) => {
    const terminal = await watch(columns);
    for (const model of ['gpt-5.5', 'calls', LONG_NAME, 'busy', 'busy', 'busy', 'refused', 'fails'])
      await terminal.ask(model);
    const has = (pattern: RegExp) => expect.poll(terminal.text, WAIT).toMatch(pattern);
    await has(/fails .*The model broke down/);
    const text = terminal.text();
    const rows = rowsOf(text);
    // Six exchanges, the three tries of one in one line.
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatch(/gpt-5\.5 .*✓/);
    expect(rows[1]).toMatch(/calls .*exec_command/);
    expect(rows[2]).toContain(columns === 80 ? 'gpt-5.1-codex-max' : LONG_NAME);
    expect(rows[3]).toMatch(/ 529 .* ×3 over \S+ {2}upstream: Overloaded/);
    expect(rows[4]).toMatch(/ 401 .*upstream: Incorrect API key/);
    expect(rows[5]).toMatch(/ 200 .*upstream: The model broke/);
    expect(text).toMatch(/→ The provider refused the key that was sent to it/);
    expect(text.match(/gomodel-ts logs req_\w{13}/g)).toHaveLength(3);
    expect(text).toMatch(/\ntoday \d+ requests · .* · 5 failed {3}h help/);
    // Nothing wraps: every line of it begins as a line of the tail does.
    for (const line of text.slice(text.indexOf(rows[0] ?? '')).split('\n'))
      expect(line).toMatch(/^(?:\d\d:\d\d:\d\d {1,2}| {9}→ | {11}\S|today |$)/);
    // A failed turn is red whatever its status, and a good one green.
    const painted = terminal.screen();
    expect(painted).toMatch(/\x1b\[31m200\x1b/);
    expect(painted).toMatch(/\x1b\[32m200\x1b/);
  });

  it('takes keys, shows none of them, and gives the terminal back', async () => {
    const terminal = await watch(120);
    const has = (pattern: RegExp) => expect.poll(terminal.text, WAIT).toMatch(pattern);
    await terminal.ask('gpt-5.5');
    await has(/ 200 .*✓/);
    terminal.press('x', 'y', 'z', 'h');
    await has(/o {2}open the dashboard/);
    expect(terminal.text()).not.toContain('xyz');

    terminal.press('e');
    await has(/failures only \(e shows all\)/);
    await terminal.ask('calls');
    await terminal.ask('refused');
    await has(/ 401 /);
    expect(terminal.text()).not.toContain('npm test');

    terminal.press('e', 'p');
    await has(/paused, 0 waiting/);
    await terminal.ask('calls');
    await has(/paused, 1 waiting/);
    expect(terminal.text()).not.toContain('npm test');
    terminal.press('p');
    await has(/ 200 .*exec_command/);

    terminal.press('l');
    await has(/assistant {2}exec_command {2}\$ npm test[\s\S]*usage and timings/);

    terminal.press('o');
    await has(/the dashboard: http:\/\/localhost:\d+\/admin\/dashboard/);

    terminal.press('c');
    await expect.poll(terminal.text, WAIT).toMatch(/^today 4 requests/);

    terminal.press('q');
    await has(/today 4 requests · [^\n]*failed\nended with 130/);
    await has(/[ ;]icanon/);
    expect(terminal.text()).toMatch(/[ ;]echo[ ;]/);
  });

  it('counts on while an exchange runs, and leaves no line of it behind', async () => {
    const terminal = await watch(100);
    const has = (pattern: RegExp) => expect.poll(terminal.text, WAIT).toMatch(pattern);
    const left = new AbortController();
    const asked = fetch(`http://localhost:${terminal.port}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'hangs', stream: true, input: 'hi' }),
      signal: left.signal,
    });
    await has(/ ··· hangs .* 3 events\ntoday/);
    terminal.press('q', 'Escape', 'Up');
    await has(/Stopping: answers in progress have/);
    left.abort();
    await asked.then((answer) => answer.text()).catch(() => {});
    await has(/ended with 130/);
    expect(terminal.text()).not.toContain('···');
  });
});
