import { afterEach, describe, expect, it } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { AWKWARD_INPUT, AWKWARD_TOOLS } from '../../support/translate/awkward-request.ts';
import type { DialectDouble, Step } from '../../support/translate/dialect-double.ts';
import { DIALECT_CASES, MORE_CASES } from '../../support/translate/dialect-doubles.ts';

let double: DialectDouble | undefined;
afterEach(() => double?.close());

const SHOWN = { _top: 5, issue_types_: ['bug'], filter: { created_at: 'today', free: { $x: 1 } } };
const STEPS: readonly [Step, ...Step[]] = [{ calls: [{ name: 'odata', input: SHOWN }] }, { text: 'Done.' }];

interface Answered {
  readonly status: number;
  readonly lost: string;
  readonly body: { readonly output?: readonly Record<string, unknown>[]; readonly error?: unknown };
}

describe.each([...DIALECT_CASES, ...MORE_CASES])(
  'a session with a model of $title',
  ({ provider, model, start }) => {
    const open = async () => {
      double = await start(STEPS);
      const gateway = await composeGateway('http://127.0.0.1:9/v1', { env: { ...double.env } });
      const ask = async (request: object): Promise<Answered> => {
        const response = await fetch(`${gateway.v1}/responses`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: `${provider}/${model}`, store: false, ...request }),
        });
        const lost = response.headers.get('x-gomodel-translation') ?? '';
        return { status: response.status, lost, body: (await response.json()) as Answered['body'] };
      };
      return { gateway, ask };
    };

    it('survives a history and tools that the provider would refuse, and says what was changed', async () => {
      const { gateway, ask } = await open();
      const first = await ask({ input: AWKWARD_INPUT, tools: AWKWARD_TOOLS });
      expect(double?.refusals).toEqual([]);
      expect(first).toMatchObject({ status: 200 });
      // K4: the keys of the client's own schema.
      const made = first.body.output?.find(({ type }) => type === 'function_call');
      expect(JSON.parse(String(made?.arguments))).toEqual({
        $top: 5,
        'issue_types[]': ['bug'],
        filter: { 'created at': 'today', free: { $x: 1 } },
      });
      expect(first.lost).toContain('names of properties of odata (renamed)');

      const result = { type: 'function_call_output', call_id: made?.call_id, output: 'none' };
      const input = [...AWKWARD_INPUT, ...(first.body.output ?? []), result];
      const second = await ask({ input, tools: AWKWARD_TOOLS });
      expect(double?.refusals).toEqual([]);
      expect(second).toMatchObject({ status: 200 });

      const sent = double?.bodies().at(-1) ?? '';
      for (const said of [
        'You are Codex.',
        'Permissions.',
        'Look.',
        'ls -la',
        'late',
        'Mode changed.',
        'stray',
        'Go on.',
      ]) {
        expect(sent).toContain(said);
      }
      expect(sent).not.toContain('$top');
      const [record] = (await gateway.records()).slice(-1);
      expect(JSON.stringify(record)).toContain('arguments of a call that are not a JSON object');
    });

    it('keeps to the number of tools that the provider allows', async () => {
      const { ask } = await open();
      const tools = Array.from({ length: 600 }, (_, at) => ({
        type: 'function',
        name: `tool_${at}`,
        parameters: { type: 'object', properties: {} },
      }));
      const choice = { type: 'function', name: 'tool_599' };
      const answered = await ask({ input: 'Hi', tools, tool_choice: choice });
      expect(double?.refusals).toEqual([]);
      expect(answered.status).toBe(200);
      expect(double?.bodies().at(-1)).toContain('tool_599');
    });

    it('asks for a format beside tools in a way that the provider takes', async () => {
      const { ask } = await open();
      const schema = { type: 'object', properties: { plan: { type: 'string' } }, required: ['plan'] };
      const text = { format: { type: 'json_schema', name: 'plan', schema } };
      const tools = [{ type: 'function', name: 'odata', parameters: { type: 'object', properties: {} } }];
      const answered = await ask({ input: 'Hi', text, tools });
      expect(double?.refusals).toEqual([]);
      expect(answered.status).toBe(200);
      expect(double?.bodies().at(-1)).toMatch(/plan/);
    });
  },
);
