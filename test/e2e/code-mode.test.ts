import { expect, it } from 'vitest';
import type { ConversationAnswer } from '../../src/admin/api-types/conversation.ts';
import type { AuditLogAnswer } from '../../src/admin/api-types/log.ts';
import type { ScriptCall } from '../../src/conversation/item.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { SCRIPTS, type Told } from '../support/codex/scripts.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();

const toldOf = ({ runs, exitCode, ending }: ScriptCall): Told =>
  runs?.map((run) => run.exitCode ?? -1) ?? exitCode ?? ending ?? 'nothing';

/** In these scripts, whatever looks like a call is one. */
const namesIn = (script: string): string[] =>
  Array.from(script.matchAll(/tools\.(\w+)\(/g), ([, name = '']) => name);

/** Runs of one place that wait side by side end in any order on a busy machine. */
const inAnyOrder = (calls: readonly Told[] | undefined): unknown =>
  calls?.map((told) => (Array.isArray(told) ? told.toSorted() : told));

it.each([
  ['HTTP', ''],
  ['WebSocket', 'supports_websockets = true\n'],
])(
  'tells how each call ended in the scripts that Codex ran over %s, or that this is not known',
  async (_over, more) => {
    const scripts = Object.entries(SCRIPTS);
    let turn = 0;
    const { gateway } = await stage.setUp((request) => {
      const isWarmUp = (request.json() as { generate?: boolean }).generate === false;
      const script = isWarmUp ? undefined : scripts[turn++]?.[1][0];
      const steps = script === undefined ? [{ text: 'ok' }] : [{ custom: 'exec', input: script }];
      return { kind: 'sse', events: responsesStream(steps, { id: `resp_${turn}` }) };
    });
    const run = await runCodex({
      version: '0.171.0',
      prompt: 'Reply ok',
      configToml: keyProvider(gateway.url) + more,
      args: ['-m', 'gpt-6.2-sol', '-s', 'danger-full-access'],
      env: { OPENAI_API_KEY: 'anything' },
    });
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    const ended = await endedRequests(gateway, scripts.length + 1);
    expect(ended.map(({ response: { toolCalls, scriptCalls } }) => ({ toolCalls, scriptCalls }))).toEqual([
      ...scripts.map(([_name, [script]]) => ({ toolCalls: ['exec'], scriptCalls: namesIn(script) })),
      { toolCalls: undefined, scriptCalls: undefined },
    ]);
    const search = async (text: string): Promise<number> => {
      const address = new URL(`/admin/api/v1/audit/log?q=${encodeURIComponent(text)}`, gateway.url);
      return ((await (await fetch(address)).json()) as AuditLogAnswer).total;
    };
    const patched = scripts.filter(([_name, [script]]) => namesIn(script)?.includes('apply_patch'));
    expect(await search('tool:apply_patch')).toBe(patched.length);
    expect(await search('tool:exec')).toBe(scripts.length);
    const last = ended.at(-1);
    const address = new URL(`/admin/api/v1/audit/conversation?limit=200&log_id=${last?.id}`, gateway.url);
    const { turns } = (await (await fetch(address)).json()) as ConversationAnswer;
    const told = new Map<string, Told[] | undefined>();
    for (const item of turns.flatMap(({ items }) => items))
      if (item.kind === 'toolOutput') told.set(item.callId ?? '', item.script?.map(toldOf));
    expect([...told.values()].map(inAnyOrder)).toEqual(
      scripts.map(([_name, [_script, expected]]) => inAnyOrder(expected)),
    );
  },
);
