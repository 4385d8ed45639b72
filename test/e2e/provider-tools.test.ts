import { describe, expect, it } from 'vitest';
import { runCodex } from '../support/codex/run-codex.ts';
import type { Step } from '../support/translate/dialect-double.ts';
import { DIALECT_CASES } from '../support/translate/dialect-doubles.ts';
import { keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();

/** Every API once. */
const CASES = DIALECT_CASES.filter(({ provider }) => ['deepseek', 'anthropic', 'gemini'].includes(provider));

describe.each(CASES)('Codex 0.169.0 with a model of $title', ({ provider, model, start }) => {
  const run = async (alias: string, steps: readonly [Step, ...Step[]]) => {
    const { gateway, double } = await stage.setUpProvider(start, steps, {
      configFile: `aliases:\n  ${alias}: ${provider}/${model}\n`,
    });
    const outcome = await runCodex({
      version: '0.169.0',
      prompt: 'Do it, then reply ok.',
      configToml: keyProvider(gateway.url),
      args: ['-m', alias, '-s', 'danger-full-access'],
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(double.refusals).toEqual([]);
    expect(outcome).toMatchObject({ code: 0, stdout: 'ok\n' });
    return { bodies: double.bodies(), gateway };
  };

  it('searches for tools, and calls one that it found', async () => {
    const { bodies } = await run('gpt-5.5', [
      { calls: [{ name: 'tool_search', input: { query: 'close agent' } }] },
      { calls: [{ name: 'multi_agent_v1__close_agent', input: { target: 'nobody' } }] },
      { text: 'ok' },
    ]);
    expect(bodies[0]).not.toContain('multi_agent_v1__close_agent');
    expect(bodies[1]).toMatch(/Tools that can be called now: [^"]*multi_agent_v1__close_agent/);
    expect(bodies[2]).not.toContain('unsupported call');
    expect(bodies[2]).toContain('nobody');
  });

  it('runs the code of a custom tool in a namespace, offered in an item of its own', async () => {
    const code = 'const { output } = await tools.exec_command({ cmd: "cat hello.txt" });\ntext(output);\n';
    const { bodies, gateway } = await run('gpt-6-astra', [
      { calls: [{ name: 'functions__exec', input: { input: code } }] },
      { text: 'ok' },
    ]);
    expect(bodies[1]).toContain('hello\\n');
    const [first] = await endedRequests(gateway, 2);
    expect(first?.response).toMatchObject({ toolCalls: ['exec'], scriptCalls: ['exec_command'] });
  });
});
