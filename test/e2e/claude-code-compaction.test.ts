import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { MESSAGES_CASES } from '../support/messages-cases.ts';

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
    const prefix = which.provider.toUpperCase();
    const native = which.native
      ? `providers:\n  ${which.provider}:\n    native: [${which.native.join()}]\n`
      : '';
    const gateway = await startGateway({
      providerKey: null,
      configFile: `aliases:\n  "claude-*": ${which.provider}/${which.model}\n${native}`,
      env: { [`${prefix}_API_KEY`]: 'sk-test', [`${prefix}_BASE_URL`]: double.url, MODEL_LISTS: 'false' },
    });
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
