import { gzipSync } from 'node:zlib';
import { compress } from '@mongodb-js/zstd';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { chunkOf } from '../support/streams/sample-streams.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer, Script } from '../support/upstream/script.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { keyProvider, NO_RETRIES } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();

const chunk = (delta: object, reason: string | null = null, id = 'c'): string =>
  chunkOf({ id, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] });
const call = (members: object): string => chunk({ tool_calls: [{ index: 0, ...members }] });
const DONE = 'data: [DONE]\n\n';
const SAYS_OK = [chunk({ role: 'assistant', content: 'ok' }), chunk({}, 'stop'), DONE];

const bytes = (events: readonly string[], headers: Record<string, string> = {}): Answer => ({
  kind: 'bytes',
  body: Buffer.from(events.join('')),
  headers: { 'content-type': 'text/event-stream', ...headers },
});

/** Codex with a model of a server that nobody knows. */
const runWith = async (version: string, script: Script) => {
  const corp = await startUpstream(script);
  onTestFinished(() => corp.close());
  const { gateway } = await stage.setUp(
    { kind: 'hang' },
    { env: { COMPATIBLE_API_KEY: 'sk-test', COMPATIBLE_BASE_URL: corp.url } },
  );
  const run = await runCodex({
    version,
    prompt: 'Print the working folder, then reply ok.',
    configToml: keyProvider(gateway.url),
    args: ['-m', 'compatible/some-model', '-s', 'danger-full-access', ...NO_RETRIES],
    env: { OPENAI_API_KEY: 'anything' },
  });
  return { corp, gateway, run };
};

describe.each(CODEX_VERSIONS)('Codex %s with a model of an unknown server', (version) => {
  it('K1: runs a call whose id changes with each chunk', async () => {
    const { corp, run } = await runWith(version, [
      bytes([
        call({ id: 'a', function: { name: 'exec_command', arguments: '' } }),
        call({ id: 'b', function: { arguments: '{"cmd":"echo it-' } }),
        call({ id: 'c', function: { arguments: 'ran"}' } }),
        chunk({}, 'tool_calls'),
        DONE,
      ]),
      bytes(SAYS_OK),
    ]);
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect((await corp.request(1)).body.toString()).toContain('it-ran\\n');
  });

  it.each(['exec_command<|channel|>commentary', 'functions.exec_command:0'])(
    'K10: runs a call of %s',
    async (name) => {
      const { corp, run } = await runWith(version, [
        bytes([
          call({ id: 'a', function: { name, arguments: '{"cmd":"echo it-ran"}' } }),
          chunk({}, 'tool_calls'),
          DONE,
        ]),
        bytes(SAYS_OK),
      ]);
      expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
      expect((await corp.request(1)).body.toString()).toContain('it-ran\\n');
    },
  );

  it('K10: runs a call that was left in the text', async () => {
    const mark = '｜DSML｜';
    const parameter = `<${mark}parameter name="cmd" string="true">echo it-ran</${mark}parameter>`;
    const invoke = `<${mark}invoke name="exec_command">\n${parameter}\n</${mark}invoke>`;
    const content = `I look.\n\n<${mark}tool_calls>\n${invoke}\n</${mark}tool_calls>`;
    const { corp, run } = await runWith(version, [
      bytes([...[...content].map((letter) => chunk({ content: letter })), chunk({}, 'stop'), DONE]),
      bytes(SAYS_OK),
    ]);
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    const next = (await corp.request(1)).body.toString();
    expect(next).toContain('it-ran\\n');
    expect(next).not.toContain('DSML');
  });

  it("N3: gives Gemini's signature back with its call", async () => {
    const signed = { extra_content: { google: { thought_signature: 'c2lnbmF0dXJl' } } };
    const { corp, run } = await runWith(version, [
      bytes([
        call({ id: 'a', ...signed, function: { name: 'exec_command', arguments: '{"cmd":"echo it-ran"}' } }),
        chunk({}, 'tool_calls'),
        DONE,
      ]),
      bytes(SAYS_OK),
    ]);
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(JSON.parse((await corp.request(1)).body.toString()).messages).toContainEqual(
      expect.objectContaining({ tool_calls: [expect.objectContaining({ id: 'a', ...signed })] }),
    );
  });

  it.each(['text/plain', 'application/json'])('K8: reads a stream under %s', async (contentType) => {
    const { gateway, run } = await runWith(version, bytes(SAYS_OK, { 'content-type': contentType }));
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect((await endedRequests(gateway, 1))[0]).toMatchObject({
      stream: true,
      response: { finish: 'completed' },
    });
  });

  it('K8: reads a stream that comes compressed', async () => {
    const body = gzipSync(SAYS_OK.join(''));
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' };
    const { run } = await runWith(version, { kind: 'bytes', body, headers });
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
  });

  it('K2: tells its user of a stream that began twice, and runs nothing of it', async () => {
    const half = '{"cmd":"echo half';
    const { run } = await runWith(
      version,
      bytes([
        chunk({ role: 'assistant', content: '' }, null, 'one'),
        call({ id: 'a', function: { name: 'exec_command', arguments: half } }),
        chunk({ role: 'assistant', content: '' }, null, 'two'),
        chunk({ content: 'ok' }, null, 'two'),
        chunk({}, 'stop', 'two'),
        DONE,
      ]),
    );
    expect(run.stderr).toContain('compatible started its answer again');
    expect(run.stdout).not.toContain('ok');
  });
});

describe('Codex 0.171.0, which asks for compressed answers', () => {
  const OK = Buffer.from(
    responsesStream([{ text: 'ok' }], { id: 'resp_ok', model: 'gpt-test' })
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(''),
  );
  it.each([
    ['gzip', () => gzipSync(OK)],
    ['zstd', () => compress(OK)],
  ])('K8: reads one in %s as it was sent, and the log reads it too', async (coding, encode) => {
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': coding };
    const { gateway } = await stage.setUp({ kind: 'bytes', body: await encode(), headers });
    const run = await runCodex({
      version: '0.171.0',
      prompt: 'Reply ok.',
      configToml: keyProvider(gateway.url),
      args: NO_RETRIES,
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect((await endedRequests(gateway, 1))[0]).toMatchObject({
      model: 'gpt-test',
      responseId: 'resp_ok',
      response: { finish: 'completed' },
      usage: { inputTokens: 1200 },
    });
  });
});

describe.each(CODEX_VERSIONS)('Codex %s with a stream that passes unchanged', (version) => {
  it('K2: is told of half a patch, and gets none of it', async () => {
    const half = '*** Begin Patch\n*** Add File: half.txt\n+half\n';
    const broken = responsesStream([{ custom: 'apply_patch', input: half }]);
    const { gateway } = await stage.setUp({ kind: 'sse', events: broken });
    const run = await runCodex({
      version,
      prompt: 'Add a file.',
      configToml: keyProvider(gateway.url),
      args: ['-m', 'gpt-5.4', '-s', 'danger-full-access', ...NO_RETRIES],
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run.stderr).toContain("the upstream's call of apply_patch has arguments that are not whole");
    expect(run.stderr).not.toContain('invalid patch');
    expect((await endedRequests(gateway, 1))[0]).toMatchObject({
      response: { finish: 'failed' },
      error: { origin: 'upstream', code: 'upstream_answer_unreadable' },
    });
  });
});
