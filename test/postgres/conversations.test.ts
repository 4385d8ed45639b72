import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startChatUpstream } from '../support/chat-upstream.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();

interface Answer {
  readonly id: string;
  readonly output: readonly { readonly id: string }[];
  readonly error?: { readonly code: string } | null;
}

const startThree = async (env: Readonly<Record<string, string>> = {}) => {
  const upstream = await startChatUpstream((_, index) => ({ text: `answer ${index}` }));
  const url = await postgres.server.createDatabase();
  const start = (): Promise<RunningGateway> =>
    composeGateway(upstream.url, {
      env: {
        OPENAI_API_KEY: undefined,
        GROQ_API_KEY: 'gsk-test',
        GROQ_BASE_URL: upstream.url,
        STORAGE_TYPE: 'postgresql',
        POSTGRES_URL: url,
        ...env,
      },
    });
  return { upstream, url, start, gateways: [await start(), await start(), await start()] };
};

const ask = async (gateway: RunningGateway | undefined, body: object): Promise<Answer> => {
  const response = await fetch(`${gateway?.v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'groq/llama', ...body }),
  });
  return (await response.json()) as Answer;
};

it('goes on on whichever gateway it is asked, by the id of an answer and by that of an item', async () => {
  const { upstream, gateways, start } = await startThree();
  let previous = await ask(gateways[0], { input: 'question 0' });
  const turns = 7;
  for (let turn = 1; turn < turns; turn++) {
    // One that has just begun knows nothing by itself.
    const gateway = turn === 5 ? await start() : gateways[turn % 3];
    previous = await ask(gateway, { input: `question ${turn}`, previous_response_id: previous.id });
    expect(previous.error ?? undefined).toBeUndefined();
  }
  const said = JSON.stringify(upstream.accepted[turns - 1]?.messages);
  for (let turn = 0; turn < turns; turn++) expect(said).toContain(`question ${turn}`);
  for (let turn = 0; turn < turns - 1; turn++) expect(said).toContain(`answer ${turn}`);
  const reference = { type: 'item_reference', id: previous.output.at(-1)?.id };
  for (const gateway of [...gateways, await start()]) {
    const told = await ask(gateway, { input: [reference, { role: 'user', content: 'And now?' }] });
    expect(told.error ?? undefined).toBeUndefined();
  }
});

it('is not found where nobody has given it, and not known while the database is away', async () => {
  const { gateways } = await startThree();
  const request = { input: 'more', previous_response_id: 'resp_never' };
  expect((await ask(gateways[0], request)).error?.code).toBe('previous_response_not_found');
  const first = await ask(gateways[0], { input: 'question' });
  const goingOn = { input: 'more', previous_response_id: first.id };
  await postgres.server.kill();
  onTestFinished(() => postgres.server.start());
  expect((await ask(gateways[1], goingOn)).error?.code).toBe('storage_unavailable');
  // Who has given it, knows it.
  expect((await ask(gateways[0], goingOn)).error ?? undefined).toBeUndefined();
});

it('is in no database where no bodies are to be kept', async () => {
  const { gateways, url } = await startThree({ LOGGING_LOG_BODIES: 'false' });
  const first = await ask(gateways[0], { input: 'question' });
  const goingOn = { input: 'more', previous_response_id: first.id };
  expect((await ask(gateways[0], goingOn)).error ?? undefined).toBeUndefined();
  expect((await ask(gateways[1], goingOn)).error?.code).toBe('previous_response_not_found');
  expect(await postgres.server.run(url, 'SELECT FROM gomodel.kept_answers')).toHaveLength(0);
});

it('is sealed by one secret on all gateways, which each of them keeps', async () => {
  const { gateways } = await startThree();
  const secrets = gateways.map(({ dataDir }) => readFileSync(join(dataDir, 'sealing-secret'), 'hex'));
  expect(new Set(secrets).size).toBe(1);
});
