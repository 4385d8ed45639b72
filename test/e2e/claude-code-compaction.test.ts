import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { MESSAGES_CASES, type MessagesStep, messagesGateway } from '../support/messages-cases.ts';

let missing: string | undefined;
beforeAll(async () => {
  await ensureClaudeCode().catch((reason: unknown) => {
    missing = `Claude Code cannot be installed: ${reason instanceof Error ? reason.message : reason}`;
  });
});
beforeEach((context) => context.skip(missing !== undefined, missing));

const SECRET_WORD = 'marmalade-4711';
/** In what Claude Code asks for when it compacts. */
const ASKS_FOR_SUMMARY = 'Your task is to create a detailed summary';
const SUMMARY = 'The user had a file printed, and nothing is left to do. (a summary)';

describe.each(MESSAGES_CASES)('a session of Claude Code on $title', (which) => {
  it('goes on from its summary once it was compacted', async () => {
    const double = await which.start((_index, request) => {
      if (request.includes(ASKS_FOR_SUMMARY)) return { text: SUMMARY };
      const isFirst = request.includes('Print it.') && !request.includes(SECRET_WORD);
      if (!isFirst || request.includes(SUMMARY)) return { text: 'ok' };
      const input = { command: `echo ${SECRET_WORD}`, description: 'As asked' };
      return { calls: [{ name: 'Bash', input }] };
    });
    onTestFinished(() => double.close());
    const gateway = await startGateway(messagesGateway(which, double.url));
    onTestFinished(() => gateway.stop().then(() => undefined));
    const env = { ANTHROPIC_BASE_URL: new URL(gateway.url).origin, ANTHROPIC_API_KEY: 'anything' };
    const args = ['--model', 'claude-opus-5-5', '--allowedTools', 'Bash'];

    const first = await runClaudeCode({ prompt: 'Print it.', args, env });
    expect(first).toMatchObject({ code: 0, stdout: 'ok\n' });
    const go = (prompt: string) =>
      runClaudeCode({ prompt, args: [...args, '--continue'], env, folder: first.folder });
    const compacted = await go('/compact');
    expect(compacted).toMatchObject({ code: 0 });
    expect(await go('And now?')).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(double.refusals).toEqual([]);
    const bodies = double.requests.map(({ body }) => body.toString());
    // Counted, asked for, or both.
    expect(bodies.some((body) => body.includes(ASKS_FOR_SUMMARY))).toBe(true);
    const last = bodies.findLast((body) => body.includes('And now?'));
    expect(last).toContain('(a summary)');
    expect(last).not.toContain(SECRET_WORD);
  });
});

/** What each provider answers where the conversation is too long, in its own words. */
const OVERFLOWS = {
  openai: [
    400,
    {
      error: {
        message: 'Your input exceeds the context window of this model.',
        code: 'context_length_exceeded',
      },
    },
  ],
  deepseek: [
    400,
    {
      error: {
        message:
          "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (131808 in the messages, 8192 in the completion).",
        type: 'invalid_request_error',
        code: 'invalid_request_error',
      },
    },
  ],
  gemini: [
    400,
    {
      error: {
        code: 400,
        message: 'The input token count (1195000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
  ],
} as const;

describe.each(MESSAGES_CASES)('a session of Claude Code that grows too long on $title', (which) => {
  const [status, body] = OVERFLOWS[which.provider];
  const printed: MessagesStep = {
    calls: [{ name: 'Bash', input: { command: `echo ${SECRET_WORD}`, description: 'As asked' } }],
  };
  const start = async (first: MessagesStep, second: MessagesStep) => {
    const double = await which.start((_index, request) => {
      if (request.includes(ASKS_FOR_SUMMARY)) return { text: SUMMARY };
      if (request.includes('(a summary)')) return { text: 'gone on' };
      return request.includes(SECRET_WORD) ? second : first;
    });
    onTestFinished(() => double.close());
    const gateway = await startGateway(messagesGateway(which, double.url));
    onTestFinished(() => gateway.stop().then(() => undefined));
    const env = {
      ANTHROPIC_BASE_URL: new URL(gateway.url).origin,
      ANTHROPIC_API_KEY: 'anything',
      CLAUDE_CODE_AUTO_COMPACT_WINDOW: '150000',
    };
    const run = (prompt: string, args: readonly string[] = [], folder?: string) =>
      runClaudeCode({
        ...{ prompt, env },
        args: ['--model', 'claude-opus-5-5', '--allowedTools', 'Bash', ...args],
        ...(folder !== undefined && { folder }),
      });
    return { double, run };
  };

  it('is compacted by itself once the provider counts more than its window, and goes on', async () => {
    const inputTokens = 190_000;
    const { double, run } = await start({ ...printed, inputTokens }, { text: 'ok', inputTokens });
    const first = await run('Print it.');
    expect(first).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(await run('And now?', ['--continue'], first.folder)).toMatchObject({ stdout: 'gone on\n' });
    expect(double.refusals).toEqual([]);
    expect(double.requests.at(-1)?.body.toString()).not.toContain(SECRET_WORD);
  });

  it('is compacted by itself in mid-turn when the provider refuses it, and goes on', async () => {
    const { double, run } = await start(printed, { kind: 'json', status, body });
    expect(await run('Print it.')).toMatchObject({ code: 0, stdout: 'gone on\n' });
    expect(double.refusals).toEqual([]);
    expect(double.requests.some((request) => request.body.includes(ASKS_FOR_SUMMARY))).toBe(true);
  });
});
