import { expect, it } from 'vitest';
import type { CompareAnswer } from '../../../src/admin/api-types/compare.ts';
import type { Usage } from '../../../src/log/record.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const said = (text: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});
const tool = (description: string) => ({ type: 'function', name: 'exec_command', description });

const compare = async (
  [one, other]: readonly [object, object],
  usage: Usage = { inputTokens: 10_000, cachedInputTokens: 0, totalTokens: 10_100 },
): Promise<CompareAnswer & { readonly sent: readonly [string, string] }> => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const sent = [JSON.stringify(one), JSON.stringify(other)] as const;
  const [left, right] = sent.map((requestBody) =>
    recordExchange(gateway.recorder, {
      requestBody,
      record: { model: 'gpt-5.5', provider: 'openai', usage },
    }),
  );
  await gateway.records();
  const answer = await readAdmin<CompareAnswer>(
    gateway.port,
    `audit/compare?left=${left?.id}&right=${right?.id}`,
  );
  return { ...answer, sent };
};

it('marks the first byte at which the prefixes differ, and what that cost', async () => {
  const answer = await compare([
    { model: 'gpt-5.5', tools: [tool('runs it')], input: [said('One.')] },
    { model: 'gpt-5.5', tools: [tool('runs them')], input: [said('One.'), said('Two.')] },
  ]);
  const { difference, sent } = answer;
  expect(difference).toMatchObject({ cause: 'tools', where: 'tools[0] (exec_command)' });
  const at = difference?.byteOffset ?? 0;
  expect(sent[0].slice(0, at)).toBe(sent[1].slice(0, at));
  expect(sent[0][at]).not.toBe(sent[1][at]);
  expect(answer.lost_tokens).toBe(10_000);
  expect(answer.lost_cost).toBeGreaterThan(0);
});

it('stands items beside each other: what is alike at both ends once, the rest by its place', async () => {
  const answer = await compare([
    { model: 'gpt-5.5', input: [said('Same.'), said('Old.'), said('End.')] },
    { model: 'gpt-5.5', input: [said('Same.'), said('New.'), said('More.'), said('End.')] },
  ]);
  const textOf = (item: unknown): string | undefined =>
    /"text":"([^"]*)"/.exec(JSON.stringify(item) ?? '')?.[1];
  expect(
    answer.input.map((one) =>
      one.kind === 'same' ? textOf(one.item) : [textOf(one.left), textOf(one.right)],
    ),
  ).toEqual(['Same.', ['Old.', 'New.'], [undefined, 'More.'], 'End.']);
});

it('says nothing of a difference where the later request begins like the earlier one', async () => {
  const answer = await compare(
    [
      { model: 'gpt-5.5', input: [said('One.')] },
      { model: 'gpt-5.5', input: [said('One.'), said('Two.')] },
    ],
    { inputTokens: 10_000, cachedInputTokens: 10_000, totalTokens: 10_000 },
  );
  expect(answer.difference).toBeUndefined();
  expect([answer.lost_tokens, answer.lost_cost]).toEqual([0, 0]);
});
