import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { type GatewayProcess, startGateway } from '../support/gateway/start-gateway.ts';
import {
  inTurn,
  MESSAGES_CASES,
  type MessagesCase,
  type MessagesStep,
  type StepAt,
} from '../support/messages-cases.ts';

/** As Claude Code names it: an alias leads it to a model of another provider. */
const MODEL = 'claude-opus-5-5';
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'As asked' } });
const OK: MessagesStep = { text: 'ok' };

let missing: string | undefined;
let double: Awaited<ReturnType<MessagesCase['start']>>;
let gateway: GatewayProcess;

beforeAll(async () => {
  await ensureClaudeCode().catch((reason: unknown) => {
    missing = `Claude Code cannot be installed: ${reason instanceof Error ? reason.message : reason}`;
  });
});
beforeEach((context) => context.skip(missing !== undefined, missing));
afterEach(async () => {
  await gateway?.stop();
  await double?.close();
});

const configFileOf = ({ provider, native, model }: MessagesCase): string =>
  [
    `aliases:\n  "claude-*": ${provider}/${model}`,
    ...(native ? [`providers:\n  ${provider}:\n    native: [${native.join()}]`] : []),
    '',
  ].join('\n');

const run = async (which: MessagesCase, stepAt: StepAt, prompt = 'Do it, then reply ok.') => {
  double = await which.start(stepAt);
  const prefix = which.provider.toUpperCase();
  gateway = await startGateway({
    providerKey: null,
    configFile: configFileOf(which),
    env: {
      [`${prefix}_API_KEY`]: 'sk-of-the-gateway',
      [`${prefix}_BASE_URL`]: double.url,
      MODEL_LISTS: 'false',
    },
  });
  return runClaudeCode({
    prompt,
    args: ['--model', MODEL, '--allowedTools', 'Bash,Read,Edit'],
    env: { ANTHROPIC_BASE_URL: new URL(gateway.url).origin, ANTHROPIC_API_KEY: 'anything' },
  });
};

const posts = async (count: number) =>
  (await gateway.logs((all) => all.filter(({ method }) => method === 'POST').length >= count)).filter(
    ({ method }) => method === 'POST',
  );

describe.each(MESSAGES_CASES)('Claude Code on $title', (which) => {
  it('runs a command, edits a file, and looks at an image, with thoughts before each', async () => {
    // Claude Code makes paths absolute, also in what it sends back: then nothing of a call may be changed.
    const steps = (folder: string): readonly [MessagesStep, ...MessagesStep[]] => [
      {
        thought: 'First look – 你好.',
        text: 'I look.',
        calls: [bash('cat hello.txt'), bash(`echo ${PNG} | base64 -d > dot.png`)],
      },
      {
        thought: 'Read before the edit.',
        calls: [{ name: 'Read', input: { file_path: `${folder}/hello.txt` } }],
      },
      {
        thought: 'Now edit.',
        calls: [
          {
            name: 'Edit',
            input: { file_path: `${folder}/hello.txt`, old_string: 'hello', new_string: 'wörld' },
          },
          { name: 'Read', input: { file_path: `${folder}/dot.png` } },
        ],
      },
      OK,
    ];
    const done = await run(which, (index, request) => {
      const [, folder = ''] = /working directory: ([^\\"\s]+)/.exec(request) ?? [];
      return inTurn(...steps(folder))(index, request);
    });
    expect(double.refusals).toEqual([]);
    expect(done).toMatchObject({ code: 0, stdout: 'ok\n', stderr: '', outsideAttempts: [] });
    expect(readFileSync(join(done.workFolder, 'hello.txt'), 'utf8')).toBe('wörld\n');
    expect(double.requests).toHaveLength(steps('').length);
    const last = double.requests.at(-1)?.body.toString() ?? '';
    // DeepSeek's models see none.
    expect(/data:image\/png;|inlineData/.test(last)).toBe(which.provider !== 'deepseek');

    const records = await posts(steps('').length);
    for (const record of records) {
      expect(record).toMatchObject({
        status: 200,
        provider: which.provider,
        requestedModel: MODEL,
        route: 'alias',
        stream: true,
        translation: { dialect: which.dialect },
        response: { finish: 'completed' },
      });
    }
    expect(records[0]).toMatchObject({
      usage: { cachedInputTokens: 40, reasoningTokens: expect.any(Number) },
      response: { toolCalls: ['Bash', 'Bash'] },
    });
    expect(new Set(records.map(({ client }) => client?.sessionId)).size).toBe(1);
  });

  it('goes on for twenty turns', async () => {
    const turns = 20;
    const stepAt: StepAt = (index) =>
      index < turns - 1 ? { thought: `Step ${index}.`, calls: [bash(`echo ${index} >> steps.txt`)] } : OK;
    const done = await run(which, stepAt);
    expect(double.refusals).toEqual([]);
    expect(done).toMatchObject({ code: 0, stdout: 'ok\n' });
    const steps = readFileSync(join(done.workFolder, 'steps.txt'), 'utf8').trim().split('\n');
    expect(steps).toEqual(Array.from({ length: turns - 1 }, (_, index) => String(index)));
  });

  it('asks again after a 429, when the provider says', async () => {
    const limited: MessagesStep = {
      kind: 'json',
      status: 429,
      headers: { 'retry-after': '1' },
      body: {
        error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
      },
    };
    const done = await run(which, inTurn(limited, OK));
    expect(done).toMatchObject({ code: 0, stdout: 'ok\n' });
    const records = await posts(2);
    expect(records.map(({ status }) => status)).toEqual([429, 200]);
  });

  it('asks again after a stream that was cut off', async () => {
    const begun =
      which.dialect === 'responses'
        ? 'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_cut","model":"m"}}\n\n'
        : which.dialect === 'chat'
          ? 'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Half an"}}]}\n\n'
          : 'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Half an"}]},"index":0}],"modelVersion":"m"}\r\n\r\n';
    const cut: MessagesStep = {
      kind: 'bytes',
      body: Buffer.from(begun),
      headers: { 'content-type': 'text/event-stream' },
    };
    const done = await run(which, inTurn(cut, OK));
    expect(done).toMatchObject({ code: 0, stdout: 'ok\n' });
    const [first] = await posts(2);
    expect(first).toMatchObject({ response: { finish: 'truncated' } });
  });
});

describe('Claude Code without an alias', () => {
  it('shows once what to do where no provider has its model', async () => {
    const [which] = MESSAGES_CASES;
    if (which === undefined) throw new Error('there are no cases');
    double = await which.start(inTurn(OK));
    gateway = await startGateway({ upstreamUrl: double.url });
    const done = await runClaudeCode({
      prompt: 'x',
      args: ['--model', MODEL],
      env: { ANTHROPIC_BASE_URL: new URL(gateway.url).origin, ANTHROPIC_API_KEY: 'anything' },
    });
    expect(done.code).not.toBe(0);
    expect(done.stdout + done.stderr).toMatch(/no provider here has the model claude-opus-5-5.*aliases/);
    expect(double.requests).toEqual([]);
    expect(await posts(1)).toHaveLength(1);
  });
});
